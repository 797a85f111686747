"""Every atom of every frame of a trajectory: what `arise-zoo atoms` does.

`labelling` is the way from a file to a folder, `export` what is written of each frame, `fractions` how classes change
with time, `picture` what a structure looks like.
"""

from .labelling import label_file

__all__ = ["label_file"]
