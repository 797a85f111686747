"""Make the descriptors of the 396 pristine structures that the package carries: from the data set `arise/prototypes`.

    python scripts/make_pristine_vectors.py [--data DIR] [--out FOLDER] [--check]

Taken are the rows with r_cut 4.0, sigma 0.1 and the three extrinsic scales, 1,188 in all, sorted by class, structure
and scale; `models.baselines.pristine_vectors` reads them. DIR is the output folder of `arise-zoo build prototypes`;
without it the data set is looked for as `arise_zoo.load_dataset` does. They are data of the package,
`arise_zoo/models/checkpoints/pristine-vectors`, unless another FOLDER is given. With `--check` nothing is written; the
exit status is 1 if the rows in FOLDER are not those of the data set, apart from the rounding that `arise-zoo verify`
allows between machines.
"""

import argparse
from pathlib import Path

import numpy as np

from arise_zoo._version import DATA_VERSION
from arise_zoo.common.storage import replacing, sha256, write_json
from arise_zoo.datasets import load_dataset
from arise_zoo.datasets.vectors import descriptors_of
from arise_zoo.datasets.verification import DESCRIPTOR_TOLERANCE
from arise_zoo.descriptors.settings import CENTRE
from arise_zoo.models.baselines.pristine_vectors import FOLDER, PristineVectors, load_pristine_vectors


def take_rows(data: Path | None) -> PristineVectors:
    """The rows of both splits of the data set."""
    parts = []
    for split in ("train", "validation"):
        table = load_dataset("prototypes", "pristine", split=split, folder=data).with_format("arrow")[:]
        keep = (table["r_cut"].to_numpy() == CENTRE[0]) & (table["sigma"].to_numpy() == CENTRE[1])
        table = table.filter(keep)
        parts.append(
            PristineVectors(
                np.array(table["structure_id"].to_pylist()),
                table["label"].to_numpy().astype(np.int16),
                table["extrinsic_scale"].to_numpy(),
                descriptors_of(table),
            )
        )
    rows = PristineVectors(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))
    order = np.lexsort((rows.extrinsic_scales, rows.structures, rows.labels))
    return PristineVectors(*(column[order] for column in rows))


def write(rows: PristineVectors, folder: Path) -> None:
    """The rows, and beside them where they are from and their SHA-256."""
    path = folder / "vectors.npz"
    with replacing(path) as temporary, open(temporary, "wb") as file:
        np.savez_compressed(file, **rows._asdict())
    source = {"name": "arise/prototypes", "config": "pristine", "version": DATA_VERSION, "rows": len(rows.labels)}
    write_json(folder / "source.json", {"data": source, "sha256": {path.name: sha256(path)}})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, metavar="DIR")
    parser.add_argument("--out", type=Path, default=FOLDER, metavar="FOLDER")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    rows = take_rows(options.data)
    if not options.check:
        write(rows, options.out)
        return
    *facts, descriptors = load_pristine_vectors(options.out)
    is_same = all(map(np.array_equal, rows, facts))
    if not is_same or np.abs(rows.descriptors - descriptors).max() > DESCRIPTOR_TOLERANCE:
        raise SystemExit(f"{options.out} does not hold the rows of the data set.")


if __name__ == "__main__":
    main()
