"""How sure methods are of their answers: calibration of probabilities, and whether they notice what is of no class.

What follows from labels alone is in `benchmark.scoring`.
"""
