"""Make the table of variants of the classes: other lattice and coordinates, other species, real compounds.

    python scripts/variants.py [--out FILE] [--check] [--jobs N]

How variants are chosen and graded is said in docs/variants.md. Real compounds come from `compounds.csv` beside the
table. Needs pymatgen, which is in the extra `test`. The table is data of the package,
`arise_zoo/structures/conditions/data/variants.json`, unless another FILE is given. With `--check` nothing is written;
the exit status is 1 if FILE is not what comes out, within rounding. It takes some ten minutes on two cores.
"""

from __future__ import annotations

import argparse
import csv
import json
import warnings
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms
from ase.data import atomic_numbers, chemical_symbols, covalent_radii, reference_states
from crystal_distance import MATCHER, Classes, Crystal, distance, is_layer, space_group
from free_parameters import FreeParameters, Move, nearest_distances
from joblib import Parallel, delayed
from pymatgen.io.ase import AseAtomsAdaptor
from scipy.optimize import linear_sum_assignment

from arise_zoo.common.seeds import rng_for
from arise_zoo.common.storage import write_text
from arise_zoo.prototypes import Prototype
from arise_zoo.prototypes.build import build_cell

DATA = Path(__file__).parents[1] / "arise_zoo" / "structures" / "conditions" / "data"
TABLE, COMPOUNDS = DATA / "variants.json", DATA / "compounds.csv"
GRADES = {"variant-near": 0.3, "variant-middle": 0.6, "variant-far": 0.9}
STEP, LARGEST = 0.01, 0.5
"""Of the size of a move; see `free_parameters.FreeParameters.random`."""
BONDS = (0.85, 1.2)
"""Each atom's distance to its nearest neighbour, relative to that in the prototype."""
SMALLEST_REACH = 0.03
"""Moves that cannot go as far as this are left out."""
DIRECTIONS, OTHER_SPECIES = 2, 4
DECIMALS = 6
FAMILIES = [
    family.split()
    for family in (
        *("Li Na K Rb Cs", "Be Mg Ca Sr Ba", "Sc Y La Lu", "Ti Zr Hf", "V Nb Ta", "Cr Mo W", "Mn Tc Re", "Fe Ru Os"),
        *("Co Rh Ir", "Ni Pd Pt", "Cu Ag Au", "Zn Cd Hg", "B Al Ga In Tl", "C Si Ge Sn Pb", "N P As Sb Bi"),
        *("O S Se Te Po", "F Cl Br I", "Ce Pr Nd Sm Gd", "Th Pa U Np Pu"),
    )
]
"""Elements that take each other's place: columns of the periodic table, and two parts of its lower rows."""

Record = dict[str, Any]


@cache
def classes() -> Classes:
    return Classes()


def of_class(class_id: str) -> Record:
    """The record of one class."""
    warnings.simplefilter("ignore")  # pymatgen's and spglib's
    prototype = classes().prototypes[class_id]
    free = FreeParameters(prototype.build(), is_layer(prototype))
    graded = _moved(prototype, free)
    return {
        "lattice": free.lattice,
        "coordinates": free.coordinates,
        **graded,
        "species": _with_other_species(prototype),
        "compounds": [_compound(prototype, row) for row in rows() if row["class"] == class_id],
    }


def _moved(prototype: Prototype, free: FreeParameters) -> dict[str, list[Record]]:
    """Variants of each grade: the same directions, some share of the way to the last cell that is still the class."""
    graded: dict[str, list[Record]] = {grade: [] for grade in GRADES}
    if not free.lattice + free.coordinates:
        return graded
    atoms = prototype.build()
    for direction in range(1 if free.lattice + free.coordinates == 1 else DIRECTIONS):
        move = free.random(rng_for("variants", prototype.id, direction))
        for way in (move, move.reversed):
            reach = _reach(prototype, way)
            while reach >= SMALLEST_REACH and not all(
                _is_alone(prototype, way.of(atoms, share * reach)) for share in GRADES.values()
            ):
                reach *= 0.9
            if reach < SMALLEST_REACH:
                continue
            for grade, share in GRADES.items():
                graded[grade].append(_record(prototype, way.of(atoms, share * reach), moved=share * reach))
    return graded


def _reach(prototype: Prototype, move: Move) -> float:
    """The size of the largest move up to which all are the class, each farther from the prototype than the last."""
    atoms, own = prototype.build(), classes().crystals[prototype.id]
    reach, farthest = 0.0, 0.0
    for size in np.arange(STEP, LARGEST + STEP / 2, STEP):
        moved = move.of(atoms, float(size))
        away = distance(_crystal(prototype, moved), own)
        if away <= farthest or not _is_class(prototype, moved):
            break
        reach, farthest = float(size), away
    return reach


def _is_class(prototype: Prototype, moved: Atoms) -> bool:
    """Whether a cell has the class's space group and bonds, matches it, and is nearer to it than to any other class."""
    own, crystal = classes().crystals[prototype.id], _crystal(prototype, moved)
    bonds = nearest_distances(moved) / nearest_distances(own.atoms)
    return bool(
        BONDS[0] <= bonds.min()
        and bonds.max() <= BONDS[1]
        and space_group(moved) == space_group(own.atoms)
        and classes().is_nearest(prototype.id, crystal)
        and MATCHER.fit(own.structure, crystal.structure)
    )


def _is_alone(prototype: Prototype, moved: Atoms) -> bool:
    """Whether a cell is of the class, and pymatgen sees no other class in it than in the prototype."""
    return _is_class(prototype, moved) and not classes().strangers(prototype.id, _crystal(prototype, moved))


def _crystal(prototype: Prototype, atoms: Atoms) -> Crystal:
    return classes().crystal_of(prototype.id, atoms)


def _record(prototype: Prototype, atoms: Atoms, **more: Any) -> Record:
    """What the package keeps of a cell; what is as in the prototype is left out."""
    own = prototype.build()
    record: Record = {"distance": round(distance(_crystal(prototype, atoms), classes().crystals[prototype.id]), 4)}
    record |= {key: round(value, 4) if isinstance(value, float) else value for key, value in more.items()}
    if not np.array_equal(atoms.numbers, own.numbers):
        record["numbers"] = atoms.numbers.tolist()
    if not np.allclose(atoms.cell.array, own.cell.array):
        record["cell"] = _rounded(atoms.cell.array)
    fractional = atoms.get_scaled_positions(wrap=False)
    if not np.allclose(fractional, own.get_scaled_positions(wrap=False), atol=1e-7):
        record["fractional"] = _rounded(fractional)
    return record


def _rounded(values: np.ndarray) -> list[list[float]]:
    rounded: list[list[float]] = (np.round(values, DECIMALS) + 0.0).tolist()
    return rounded


def _with_other_species(prototype: Prototype) -> list[Record]:
    """The prototype's geometry with elements of the same families, scaled by the mean covalent radius.

    No set of elements is that of a class with the same kind of formula. An organic crystal has no such variants.
    """
    atoms = prototype.build()
    own = sorted(set(atoms.symbols))
    if {"C", "H", "N"} <= set(own):
        return []
    choices = [_family(symbol) for symbol in own]
    if not all(choices):
        return []
    taken = {frozenset(classes().prototypes[other].build().symbols) for other in classes().rivals(prototype.id)}
    taken |= {frozenset(_exchange(row).values()) for row in rows() if row["class"] == prototype.id}
    rng, found = rng_for("species", prototype.id), []
    for _ in range(200):
        wanted = [choice[int(rng.random() * len(choice))] for choice in choices]
        if len(set(wanted)) < len(wanted) or frozenset(wanted) in taken | {frozenset(own)}:
            continue
        taken.add(frozenset(wanted))
        exchanged = atoms.copy()
        exchanged.symbols = [dict(zip(own, wanted, strict=True))[symbol] for symbol in atoms.symbols]
        exchanged = _scaled(exchanged, covalent_radii[exchanged.numbers].sum() / covalent_radii[atoms.numbers].sum())
        if is_layer(prototype):  # the vacuum stays
            fractional = exchanged.get_scaled_positions(wrap=False)
            factor = exchanged.cell.lengths()[2] / atoms.cell.lengths()[2]
            middle = fractional[:, 2].mean()
            fractional[:, 2] = middle + (fractional[:, 2] - middle) * factor
            exchanged.cell[2] = atoms.cell[2]
            exchanged.set_scaled_positions(fractional)
        found.append(_record(prototype, exchanged, name=exchanged.get_chemical_formula("metal", empirical=True)))
        if len(found) == OTHER_SPECIES:
            break
    return found


def _scaled(atoms: Atoms, factor: float) -> Atoms:
    scaled: Atoms = atoms.copy()
    scaled.set_cell(atoms.cell.array * factor, scale_atoms=True)
    return scaled


def _family(symbol: str) -> list[str]:
    """The other elements of its family; hydrogen stays hydrogen, because no other atom is as small."""
    if symbol == "H":
        return ["H"]
    return [other for family in FAMILIES if symbol in family for other in family if other != symbol]


@cache
def rows() -> list[dict[str, str]]:
    """The real compounds."""
    with COMPOUNDS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _compound(prototype: Prototype, row: dict[str, str]) -> Record:
    """A real compound in the prototype's cell, each atom at the image next to the prototype's."""
    if row["source"] == "ase":
        _check_with_ase(row)
    own = prototype.build()
    recipe = _recipe(prototype, row)
    assert prototype.space_group is not None
    atoms = _like(own, build_cell(recipe, prototype.space_group.number), _exchange(row))
    crystal = _crystal(prototype, atoms)
    what = f"{row['compound']} is not of the class {prototype.id}"
    if row["source"] == "aflow" and not _is_in_aflow(crystal):
        raise SystemExit(f"{row['compound']} is not as in the AFLOW library.")
    if space_group(atoms) != space_group(own):
        raise SystemExit(f"{what}: its space group is {space_group(atoms)}.")
    if not MATCHER.fit_anonymous(crystal.structure, classes().crystals[prototype.id].structure):
        raise SystemExit(f"{what}: pymatgen calls them different.")
    if strangers := classes().strangers(prototype.id, crystal):
        raise SystemExit(f"{what}: it matches {', '.join(strangers)}.")
    return _record(prototype, atoms, name=row["compound"])


def _exchange(row: dict[str, str]) -> dict[str, str]:
    return dict(pair.split("=") for pair in row["elements"].split())


def _recipe(prototype: Prototype, row: dict[str, str]) -> dict[str, Any]:
    """The prototype's recipe with the compound's lattice and coordinates, but the prototype's elements."""
    recipe = json.loads(json.dumps({key: v for key, v in prototype.recipe.items() if key != "image_exceptions"}))
    lattice, was = recipe["lattice"], dict(recipe["lattice"])
    for axis in "abc":
        if row[axis]:
            lattice[axis] = float(row[axis])
        elif axis != "a" and was[axis] == was["a"]:
            lattice[axis] = lattice["a"]
    for change in row["coordinates"].split() if row["coordinates"] != "as prototype" else []:
        place, value = change.split("=")
        for axis in place[1:]:
            from_middle = value.endswith("A")  # angstrom from the middle of a layer
            length = lattice["abc"["xyz".index(axis)]]
            recipe["sites"][int(place[0])][axis] = (
                round(0.5 + float(value[:-1]) / length, 5) if from_middle else float(value)
            )
    return recipe


def _like(own: Atoms, other: Atoms, exchange: dict[str, str]) -> Atoms:
    """The other cell's atoms in the order of the own ones, each at the image nearest to its partner."""
    ours, theirs = own.get_scaled_positions(wrap=False), other.get_scaled_positions(wrap=False)
    difference = theirs[:, None] - ours
    shifts = np.round(difference)
    lengths = np.linalg.norm((difference - shifts) @ own.cell.array, axis=2)
    lengths[other.numbers[:, None] != own.numbers] = 1e3
    place, partner = linear_sum_assignment(lengths)
    fractional = np.empty_like(ours)
    fractional[partner] = theirs[place] - shifts[place, partner]
    numbers = [atomic_numbers[exchange[symbol]] for symbol in own.symbols]
    return Atoms(numbers, positions=fractional @ other.cell.array, cell=other.cell, pbc=True)


def _check_with_ase(row: dict[str, str]) -> None:
    (symbol,) = _exchange(row).values()
    state = reference_states[chemical_symbols.index(symbol)]
    c = state["a"] * state["c/a"] if row["c"] else None
    if state["a"] != float(row["a"]) or (c is not None and abs(c - float(row["c"])) > 1e-9):
        raise SystemExit(f"ASE has other lattice constants of {symbol}: {state}.")


def _is_in_aflow(crystal: Crystal) -> bool:
    """Whether pymatgen's AFLOW library holds a crystal: the same elements, volume and distances."""
    from pymatgen.analysis.prototypes import AFLOW_PROTOTYPE_LIBRARY

    wanted, volume = crystal.structure.composition.reduced_formula, crystal.structure.volume / len(crystal.structure)
    entries = [entry["snl"].structure for entry in AFLOW_PROTOTYPE_LIBRARY]
    return any(
        abs(entry.volume / len(entry) - volume) < 1e-3
        and distance(Crystal(AseAtomsAdaptor.get_atoms(entry)), crystal) < 1e-4
        for entry in entries
        if entry.composition.reduced_formula == wanted
    )


def text_of(table: dict[str, Record]) -> str:
    """The table as JSON, a line a variant."""
    lines = []
    for class_id, record in table.items():
        free = {key: record[key] for key in ("lattice", "coordinates")}
        entries = [f'  "free": {json.dumps(free)}']
        for name in (*GRADES, "species", "compounds"):
            cells = ",\n".join("   " + json.dumps(cell, separators=(",", ":")) for cell in record[name])
            entries.append(f'  "{name}": [\n{cells}\n  ]' if cells else f'  "{name}": []')
        lines.append(f' "{class_id}": {{\n' + ",\n".join(entries) + "\n }")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def same(one: Any, other: Any) -> bool:
    """Whether two tables are the same within rounding."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, float) or isinstance(other, float):
        return abs(one - other) < 2e-4 if isinstance(one, int | float) and isinstance(other, int | float) else False
    return bool(one == other)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=TABLE, metavar="FILE")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--jobs", type=int, default=-1, metavar="N")
    parser.add_argument("--only", action="append", metavar="CLASS", help="print these classes and write nothing")
    options = parser.parse_args()
    names = options.only or list(classes().prototypes)
    records = Parallel(n_jobs=options.jobs, batch_size=1, backend="multiprocessing")(
        delayed(of_class)(name) for name in names
    )
    table = text_of(dict(zip(names, records, strict=True)))
    if options.only:
        print(table)
    elif not options.check:
        write_text(options.out, table)
    elif not same(json.loads(options.out.read_text(encoding="utf-8")), json.loads(table)):
        raise SystemExit(f"{options.out} is not what comes out.")


if __name__ == "__main__":
    main()
