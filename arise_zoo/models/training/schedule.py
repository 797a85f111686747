"""The learning rate of a training, step by step. Importing this module imports Keras, and so TensorFlow."""

from __future__ import annotations

import math
from typing import Any

import keras


@keras.saving.register_keras_serializable(package="arise_zoo")
class OneCycle(keras.optimizers.schedules.LearningRateSchedule):
    """Up by half a cosine from `peak` / 25 in the first `warm_up` of all `steps`, down to `peak` / 1000 by another."""

    def __init__(self, peak: float, steps: int, warm_up: float = 0.3):
        self.peak, self.steps, self.warm_up = peak, steps, warm_up

    def __call__(self, step: Any) -> Any:
        """Learning rate of a step, counted from 0."""
        ops = keras.ops
        place = (ops.cast(step, "float32") + 1.0) / self.steps
        rising = 0.5 - 0.5 * ops.cos(math.pi * ops.minimum(place / self.warm_up, 1.0))
        falling = 0.5 + 0.5 * ops.cos(math.pi * ops.clip((place - self.warm_up) / (1.0 - self.warm_up), 0.0, 1.0))
        share = ops.where(place < self.warm_up, 0.04 + 0.96 * rising, 0.001 + 0.999 * falling)
        return self.peak * share

    def get_config(self) -> dict[str, float]:
        """The constructor's parameters."""
        return {"peak": self.peak, "steps": self.steps, "warm_up": self.warm_up}
