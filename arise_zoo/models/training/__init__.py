"""How the shipped models are made: plans, the training loop, the search for a network, fine-tuning."""
