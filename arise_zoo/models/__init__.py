"""The Bayesian networks: shape, training, Monte-Carlo prediction, uncertainty, checkpoints, classification.

Descriptors come from `arise_zoo.descriptors`; how models are benchmarked is in `arise_zoo.methods`.
"""

from .checkpoint import CheckpointError
from .model import Model, load_model, shipped_models
from .uncertainty import Uncertainty

__all__ = ["CheckpointError", "Model", "Uncertainty", "load_model", "shipped_models"]
