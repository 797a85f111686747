"""Shared by all parts of the package: files, seeds, workers, statistics.

Nothing here depends on crystal classes.
"""
