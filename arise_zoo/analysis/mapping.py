"""From a file to a folder with result, maps and labelled atoms: what `arise-zoo map` does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ..common.storage import sole_run
from ..errors import UnknownNameError
from ..models.verdicts import CERTAINTIES
from ..reading import read_structure
from .chunks import remove_parts
from .export import write_labelled
from .labelling import WAYS
from .maps import save_maps
from .pattern_matching import strided_pattern_matching
from .result import RESULT

_WORK = ".parts"


def map_file(
    path: str | Path,
    out: str | Path,
    *,
    frame: int = -1,
    per_atom: str = "nearest",
    format: str | None = None,
    species: str | None = None,
    **settings: Any,
) -> dict[str, Any]:
    """Map a frame of a file and write result.parquet, atoms.xyz and the maps into the folder `out`.

    Parts are kept in `out` until the result is written, so that an interrupted call resumes.
    `format` and `species` are those of `arise_zoo.reading.read_frames`, `settings` those of `strided_pattern_matching`.
    Returns a summary of plain values: numbers of atoms and positions, the shares of each most probable class and
    of each certainty, median mutual information, names of the files.
    """
    if per_atom not in WAYS:
        raise UnknownNameError("way of labelling atoms", per_atom, WAYS)
    atoms, out = read_structure(path, frame, format=format, species=species), Path(out)
    notes = atoms.info.pop("notes", ())
    work = out / _WORK
    with sole_run(out.with_name(f".{out.name}.lock"), out):
        result = strided_pattern_matching(atoms, work=work, progress=True, **settings)
        files = [result.save(out / RESULT), write_labelled(result, atoms, out / "atoms.xyz", per_atom)]
        files += save_maps(result, out)
        remove_parts(work)
    valid, counts, certainty = result.valid, result.counts(), result.certainty
    return {
        "file": str(path),
        "notes": list(notes),
        "n_atoms": len(atoms),
        "shape": list(result.grid.shape),
        "n_answered": int(valid.sum()),
        "classes": {label: count / int(valid.sum()) for label, count in counts.items()},
        "certainty": None
        if certainty is None
        else {name: float(np.mean(certainty[valid] == name)) if valid.any() else 0.0 for name in CERTAINTIES},
        "median_mutual_information": float(np.median(result.mutual_information[valid])) if valid.any() else None,
        "settings": result.settings,
        "files": [file.name for file in files],
    }
