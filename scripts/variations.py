"""Make the moves of free parameters that models of the field are trained on.

    python scripts/variations.py [--jobs N]

For each class eighteen random moves of its free lattice parameters and coordinates, each as far as the crystal is still
the class, as `variants.py` judges it; the seeds are others than those of Table V, so that none of its crystals is among
them. Written to `arise_zoo/models/augmentation/data/variations.json`.
"""

import argparse
import json
import warnings
from pathlib import Path
from typing import Any

from joblib import Parallel, delayed
from variants import SMALLEST_REACH, FreeParameters, _reach, classes, is_layer

from arise_zoo.common.seeds import rng_for
from arise_zoo.common.storage import write_text

FILE = Path(__file__).parents[1] / "arise_zoo" / "models" / "augmentation" / "data" / "variations.json"
_DIRECTIONS = 18


def moves_of(class_id: str) -> list[dict[str, Any]]:
    """Strain and displacements (fractional) at the end of each move."""
    warnings.simplefilter("ignore")  # pymatgen's and spglib's
    prototype = classes().prototypes[class_id]
    free = FreeParameters(prototype.build(), is_layer(prototype))
    found = []
    for direction in range(_DIRECTIONS if free.lattice + free.coordinates else 0):
        move = free.random(rng_for("variations for training", class_id, direction))
        reach = _reach(prototype, move)
        if reach >= SMALLEST_REACH:
            found.append(
                {
                    "strain": (reach * move.strain).round(6).tolist(),
                    "displacement": (reach * move.displacement).round(6).tolist(),
                }
            )
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=-1, metavar="N")
    names = list(classes().prototypes)
    jobs = parser.parse_args().jobs
    found = Parallel(n_jobs=jobs, batch_size=1, backend="multiprocessing")(delayed(moves_of)(name) for name in names)
    lines = [f' "{name}": {json.dumps(moves)}' for name, moves in zip(names, found, strict=True) if moves]
    FILE.parent.mkdir(exist_ok=True)
    write_text(FILE, "{\n" + ",\n".join(lines) + "\n}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
