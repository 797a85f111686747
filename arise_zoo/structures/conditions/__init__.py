"""The conditions under which structures are made, by the names used in tables, files and on the command line.

What all have in common is in `base`, those of the paper in `paper`, those of the depth suite in `depth`.
"""
