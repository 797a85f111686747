"""Keras layers of the networks. Importing this module imports Keras, and so TensorFlow."""

from __future__ import annotations

from typing import Any

import keras


@keras.saving.register_keras_serializable(package="arise_zoo")
class Standardise(keras.layers.Layer):
    """(inputs - mean) / spread, so that nobody who uses the network has to know of it.

    Weights, not trained: `mean` and `spread`, shape (n_features,).
    """

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the two weights, as a layer that changes nothing."""
        shape = (input_shape[-1],)
        self.mean = self.add_weight(name="mean", shape=shape, initializer="zeros", trainable=False)
        self.spread = self.add_weight(name="spread", shape=shape, initializer="ones", trainable=False)

    def call(self, inputs: Any) -> Any:
        """Standardised inputs, shape (..., n_features)."""
        return (inputs - self.mean) / self.spread

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """The shape of the inputs."""
        return input_shape
