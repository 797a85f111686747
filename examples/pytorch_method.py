"""A network of PyTorch as a method. PyTorch is imported where it is used, so that listing methods stays fast."""

import numpy as np

from arise_zoo.methods.descriptor_based import DescriptorMethod
from arise_zoo.prototypes import class_ids


class PyTorchMethod(DescriptorMethod):
    """One hidden layer on averaged SOAP descriptors, by default of all 108 classes."""

    name = "example-pytorch"
    packages = ("torch",)
    citation = None
    recognises = class_ids()
    epochs, seed = 200, 0

    def fit(self, structures, labels):
        """Learn from pristine structures and their class ids; the seed makes it the same each time."""
        import torch

        vectors = self.describe(structures)
        self.mean, self.spread = vectors.mean(axis=0), vectors.std(axis=0) + 1e-6
        torch.manual_seed(self.seed)
        layers = torch.nn.Linear(vectors.shape[1], 64), torch.nn.ReLU(), torch.nn.Linear(64, len(self.recognises))
        self.network = torch.nn.Sequential(*layers)
        x = torch.from_numpy((vectors - self.mean) / self.spread)
        y = torch.tensor([self.recognises.index(label) for label in labels])
        optimiser = torch.optim.Adam(self.network.parameters(), lr=1e-2)
        for _ in range(self.epochs):
            optimiser.zero_grad()
            torch.nn.functional.cross_entropy(self.network(x), y).backward()
            optimiser.step()

    def probabilities(self, vectors):
        """Of descriptors, shape (n, n_features): shape (n, n_classes), columns as `recognises`."""
        import torch

        with torch.no_grad():
            logits = self.network(torch.from_numpy((vectors - self.mean) / self.spread))
        return np.asarray(logits.double().softmax(dim=1))
