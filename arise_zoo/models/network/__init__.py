"""The Bayesian network: its architecture, its forward passes, and the predictions that follow from them.

Training is in `arise_zoo.models.training`.
"""
