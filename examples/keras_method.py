"""A network of Keras as a method. Keras is imported where it is used, so that listing methods stays fast."""

import numpy as np

from arise_zoo.methods.descriptor_based import DescriptorMethod
from arise_zoo.prototypes import class_ids


class KerasMethod(DescriptorMethod):
    """One hidden layer on averaged SOAP descriptors, by default of all 108 classes."""

    name = "example-keras"
    packages = ("keras", "tensorflow")
    citation = None
    recognises = class_ids()
    epochs, seed = 100, 0

    def fit(self, structures, labels):
        """Learn from pristine structures and their class ids; the seed makes it the same each time."""
        import keras

        vectors = self.describe(structures)
        keras.utils.set_random_seed(self.seed)
        scale = keras.layers.Normalization()
        scale.adapt(vectors)
        layers = [scale, keras.layers.Dense(64, "relu"), keras.layers.Dense(len(self.recognises), "softmax")]
        self.network = keras.Sequential([keras.Input(vectors.shape[1:]), *layers])
        self.network.compile("adam", "sparse_categorical_crossentropy")
        targets = np.array([self.recognises.index(label) for label in labels])
        self.network.fit(vectors, targets, epochs=self.epochs, verbose=0)

    def probabilities(self, vectors):
        """Of descriptors, shape (n, n_features): shape (n, n_classes), columns as `recognises`."""
        import keras

        found = keras.ops.convert_to_numpy(self.network(vectors, training=False)).astype(float)
        return found / found.sum(axis=1, keepdims=True)
