"""What is done with vectors of any kind, descriptors or activations: clusters, embeddings, similarities."""
