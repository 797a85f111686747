"""Make a build of `arise/dynamics` the released one: its files, its manifest, and the index of the frames that count.

    python scripts/adopt_dynamics.py data/arise/dynamics

The package carries all of them. Results of Table M on other builds have another identity, so that after this the
records of the leaderboard have to be made again.
"""

import argparse
import shutil
from pathlib import Path

from arise_zoo._version import DATA_VERSION
from arise_zoo.common.manifest import CARD, MANIFEST
from arise_zoo.common.storage import write_text
from arise_zoo.datasets import verify
from arise_zoo.datasets.manifest import Manifest
from arise_zoo.simulation.frames import index_of

PACKAGE = Path(__file__).parents[1] / "arise_zoo"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    report = verify(folder)
    if not (report.ok and report.complete):
        parser.error(f"{folder} is not a whole, good build; see `arise-zoo verify`.")
    releases = PACKAGE / "datasets" / "releases"
    shutil.copyfile(folder / MANIFEST, releases / f"dynamics-v{DATA_VERSION}.json")
    if folder.resolve() != (releases / "dynamics").resolve():
        shutil.rmtree(releases / "dynamics", ignore_errors=True)
        for name in [MANIFEST, CARD, *(file.path for file in Manifest.read(folder).files)]:
            (releases / "dynamics" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(folder / name, releases / "dynamics" / name)
    conditions = []
    for condition, systems in index_of(folder).items():
        lines = [f'  "{name}": {list(numbers)}' for name, numbers in systems.items()]
        conditions.append(f' "{condition}": {{\n' + ",\n".join(lines) + "\n }")
    write_text(PACKAGE / "simulation" / "data" / "frames.json", "{\n" + ",\n".join(conditions) + "\n}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
