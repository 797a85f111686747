"""The Bayesian networks: shape, training, Monte-Carlo prediction, uncertainty, checkpoints, classification.

Descriptors come from `arise_zoo.descriptors`; how models are benchmarked is in `arise_zoo.methods`.
"""

from .checkpoint import CheckpointError
from .model import Model, list_models, load_model, shipped_models
from .network.prediction import NetworkPrediction

__all__ = ["CheckpointError", "Model", "NetworkPrediction", "list_models", "load_model", "shipped_models"]
