"""The versions that results depend on."""

__version__ = "0.1.0"

DATA_VERSION = "1.0.0"
"""Version of every structure: class table, supercells, seeds and draws. Changes whenever a geometry does."""

BASE_SEED = 10
"""Base seed of the published structures: the most typical of 0 to 11 (docs/benchmark.md says how it was chosen)."""

ITERATIONS = 10
"""Random draws for each supercell and condition, as in the paper."""

PROTOCOL_VERSION = "1.0"
"""Version of the benchmark: who is scored on what, how accuracies and intervals are computed."""
