"""Experiments whose numbers the documentation quotes; `python -m experiments --help` says how they are run."""
