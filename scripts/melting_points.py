"""Melting points of the systems of `arise/dynamics` by their potentials: coexistence of crystal and melt.

    python scripts/melting_points.py            # all bulk crystals
    python scripts/melting_points.py Al NiAl

Prints one line a system, for `arise_zoo/simulation/data/systems.json`; needs the extra `md`. It says so where phases
do not keep each other in a box of this size; those melting points are from the literature.
"""

import argparse
import sys

from joblib import Parallel, delayed

from arise_zoo.errors import AriseZooError
from arise_zoo.simulation import load_systems, system
from arise_zoo.simulation.coexistence import melting_point


def line(name: str) -> str:
    simulated = system(name)
    try:
        found = melting_point(simulated)
    except AriseZooError as error:
        return f"{name}: {error}"
    measured = f", measured {simulated.experiment.value:.0f}" if simulated.experiment else ""
    return f"{name}: {found.value:.0f} +- {found.half_interval:.0f} K, {found.solid:.0%} solid at the end{measured}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("systems", nargs="*", default=[s.name for s in load_systems() if s.is_bulk])
    parser.add_argument("--jobs", type=int, default=-1)
    args = parser.parse_args()
    for text in Parallel(args.jobs, return_as="generator")(delayed(line)(name) for name in args.systems):
        print(text, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
