"""What all parts of the package use and none of them owns: files, seeds, workers, statistics.

Nothing here knows of crystal classes.
"""
