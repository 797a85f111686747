"""CIF by gemmi: symmetry as the file states it, sites merged within the precision that it gives, contradictions named.

What a file says of its symmetry can be a list of operations, a Hall symbol, a Hermann-Mauguin symbol, or a number, and
these can contradict each other or leave the origin open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from ase import Atoms
from ase.cell import Cell

from ..errors import StructureError
from .species import SpeciesMap, numbers_of

_OPERATIONS = (
    "_space_group_symop_operation_xyz",
    "_space_group_symop.operation_xyz",
    "_symmetry_equiv_pos_as_xyz",
    "_space_group_symop_magn_operation_xyz",
    "_space_group_symop_magn_operation.xyz",
)
_HALL = ("_space_group_name_Hall", "_symmetry_space_group_name_Hall", "_space_group.name_Hall")
_SYMBOL = (
    "_space_group_name_H-M_alt",
    "_symmetry_space_group_name_H-M",
    "_space_group.name_H-M_alt",
    "_space_group_name_H-M",
)
_CODE = ("_space_group_IT_coordinate_system_code", "_space_group.IT_coordinate_system_code")
_NUMBER = ("_space_group_IT_number", "_symmetry_Int_Tables_number", "_space_group.IT_number")
_LENGTHS = tuple(f"_cell_length_{axis}" for axis in "abc")
_ANGLES = tuple(f"_cell_angle_{angle}" for angle in ("alpha", "beta", "gamma"))
_EXACT = {0.0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1.0}
_FINEST, _COARSEST = 1e-3, 0.4  # angstrom, between which the precision of a coordinate is taken to lie
_FULL = 0.995  # occupancy
_MOST_ATOMS = 1_000_000


@dataclass
class _Site:
    name: str
    label: str
    place: np.ndarray
    tolerance: float
    occupancy: float


_Atoms = list[tuple[_Site, np.ndarray]]
"""Site and fractional coordinates, shape (3,), of each atom of a cell."""


def read_cif(text: str, where: str, species: SpeciesMap) -> list[Atoms]:
    """The structures of a CIF file, one for each data block with atoms; raises `StructureError`, naming the fault.

    What had to be decided is in `atoms.info["notes"]`.
    """
    import gemmi

    try:
        document = gemmi.cif.read_string(text)
    except (ValueError, RuntimeError) as error:
        reason = " ".join(str(error).removeprefix("string:").split())
        raise StructureError(f"{where} is not a valid CIF file (line {reason}).") from error
    blocks = [block for block in document if block.find_values("_atom_site_fract_x")]
    if not blocks:
        cartesian = any(block.find_values(f"_atom_site{dot}Cartn_x") for block in document for dot in "_.")
        hint = "; convert Cartesian coordinates to fractional ones" if cartesian else ""
        raise StructureError(f"{where} holds no fractional coordinates of atoms{hint}.")
    return [_structure(block, where, species) for block in blocks]


def _structure(block: Any, where: str, species: SpeciesMap) -> Atoms:
    notes: list[str] = []
    edges = [_number(block, name, where) for name in (*_LENGTHS, *_ANGLES)]
    try:
        cell = Cell.new(edges)
    except (AssertionError, ValueError, ArithmeticError) as error:
        raise StructureError(f"{where} has a cell that is impossible; check its lengths and angles.") from error
    lengths = cell.lengths()
    flat = not np.isfinite(cell.array).all() or abs(np.linalg.det(cell.array)) <= 1e-9 * np.prod(lengths)
    if flat or lengths.min() <= 1e-6 * lengths.max():
        raise StructureError(f"{where} has a cell without volume; check its lengths and angles.")
    sites = _sites(block, cell.array, where)
    operations, note = _operations(block, sites, cell, where)
    notes += note
    kept, mixed = _merged(sites, operations, cell.array)
    notes += mixed
    labels = [site.label for site, _ in kept]
    numbers, more = numbers_of(labels, species)
    atoms = Atoms([numbers[label] for label in labels], cell=cell, pbc=True)
    atoms.set_scaled_positions(np.array([place for _, place in kept]))
    if notes + more:
        atoms.info["notes"] = tuple(notes + more)
    return atoms


def _number(block: Any, name: str, where: str) -> float:
    import gemmi

    value = block.find_value(name)
    number = gemmi.cif.as_number(value) if value is not None else np.nan
    if not np.isfinite(number):
        raise StructureError(f"{where} has no number for {name}.")
    return float(number)


def _sites(block: Any, cell: np.ndarray, where: str) -> list[_Site]:
    import gemmi

    columns = ["fract_x", "fract_y", "fract_z", "?label", "?type_symbol", "?occupancy", "?calc_flag"]
    edges = np.linalg.norm(cell, axis=1)
    sites: list[_Site] = []
    for row in block.find("_atom_site_", columns):
        texts = [gemmi.cif.as_string(row[i]) if row.has(i) else "" for i in range(7)]
        name = texts[3] or texts[4] or f"number {len(sites) + 1}"
        if texts[6] == "dum":
            continue
        values = [_coordinate(row[i]) for i in range(3)]
        if not np.isfinite(values).all():
            raise StructureError(f"{where} gives no coordinates for site {name}; complete or remove it.")
        label = texts[4] if texts[4] not in ("", "?", ".") else texts[3]
        occupancy = gemmi.cif.as_number(row[5], 1.0) if row.has(5) else 1.0
        steps = [_step(row[i], value) for i, value in enumerate(values)]
        tolerance = float(np.clip(1.5 * np.linalg.norm(steps * edges), _FINEST, _COARSEST))
        sites.append(_Site(name, label, np.array(values), tolerance, float(occupancy)))
    if not sites:
        raise StructureError(f"{where} holds no atoms.")
    return sites


def _coordinate(text: str) -> float:
    import gemmi

    if text == ".":
        return 0.0  # the default that the CIF dictionary gives
    if re.fullmatch(r"[-+]?\d+/\d+", text):
        return float(Fraction(text)) if int(text.split("/")[1]) else float("nan")
    return float(gemmi.cif.as_number(text))


def _step(text: str, value: float) -> float:
    """The unit of a number's last digit; 0 for simple fractions, which are meant exactly."""
    if abs(value) % 1 in _EXACT:
        return 0.0
    digits = re.match(r"[-+]?\d*\.(\d+)", text)
    return float(10.0 ** -len(digits[1])) if digits else 0.0


def _operations(block: Any, sites: list[_Site], cell: Cell, where: str) -> tuple[list[Any], list[str]]:
    """The operations by which sites are to be repeated, and what was decided."""
    listed = _listed(block, where)
    named, choices = _named(block, cell, where)
    if not listed:
        if named is None:
            return _of(_group(1)), []
        if len(choices) == 1:
            return _of(choices[0]), []
        best = max(choices, key=lambda group: _closest(_merged(sites, _of(group), cell.array)[0], cell.array))
        note = (
            f"the origin of {best.hm} is not given; choice {best.ext or best.xhm()} is assumed, which keeps atoms apart"
        )
        return _of(best), [note]
    if named is None or _is_same(listed, choices):
        return listed, []
    group = _found(listed)
    if group is not None and group.number == named:
        return listed, []
    atoms, _ = _merged(sites, listed, cell.array)
    if any(
        len(_merged([_copy(site, place) for site, place in atoms], _of(g), cell.array)[0]) == len(atoms)
        for g in choices
    ):
        return listed, []  # all atoms are listed, the symbol is but a remark
    n = f"{len(listed)} operation{'s' if len(listed) > 1 else ''}"
    raise StructureError(
        f"{where} contradicts itself: it names space group {named}, but the {n} that it lists and its atoms do not "
        "have that symmetry; correct the one or the other."
    )


def _copy(site: _Site, place: np.ndarray) -> _Site:
    return _Site(site.name, site.label, place, site.tolerance, site.occupancy)


def _listed(block: Any, where: str) -> list[Any]:
    import gemmi

    for name in _OPERATIONS:
        texts = [gemmi.cif.as_string(value) for value in block.find_values(name)]
        if not texts:
            single = block.find_value(name)
            texts = [gemmi.cif.as_string(single)] if single is not None else []
        texts = [re.sub(r",\s*[+-]1\s*$", "", text) for text in texts]  # time reversal
        if texts:
            try:
                return [gemmi.Op(text) for text in texts]
            except (ValueError, RuntimeError) as error:
                raise StructureError(f"{where} lists a symmetry operation that cannot be read ({error}).") from error
    return []


def _named(block: Any, cell: Cell, where: str) -> tuple[int | None, list[Any]]:
    """Number of the space group that the file names, and the settings that this can mean."""
    import gemmi

    hall = _first(block, _HALL)
    group = _of_hall(hall) if hall else None
    if group is not None:
        return group.number, [group]
    alpha, _, gamma = cell.angles()
    symbol = re.sub(r"\s*:\s*", ":", _first(block, _SYMBOL))
    if symbol:
        setting = re.search(r"\s([HRSZ])$", symbol)  # S and Z: the origins 1 and 2 in some databases
        if setting:
            symbol = f"{symbol[: setting.start()]}:{ {'S': '1', 'Z': '2'}.get(setting[1], setting[1]) }"
        code = _first(block, _CODE)
        if code[:1] in ("1", "2", "h", "r", "H", "R") and ":" not in symbol:
            symbol = f"{symbol}:{code[0].upper()}"
        group = _of_symbol(symbol, alpha, gamma)
        if group is None and ":" in symbol:
            group = _of_symbol(symbol.split(":")[0], alpha, gamma)
        if group is not None:
            if ":" in symbol or group.ext not in ("1", "2"):
                return group.number, [group]
            return group.number, [g for g in gemmi.spacegroup_table() if g.hm == group.hm and g.ext in ("1", "2")]
    number = _first(block, _NUMBER)
    if re.fullmatch(r"[0-9]{1,3}", number) and 1 <= int(number) <= 230:
        settings = [g for g in gemmi.spacegroup_table() if g.number == int(number) and g.is_reference_setting()]
        first = gemmi.find_spacegroup_by_name(settings[0].hm, alpha, gamma) or settings[0]
        if first.ext in ("1", "2"):
            return first.number, [g for g in gemmi.spacegroup_table() if g.hm == first.hm and g.ext in ("1", "2")]
        return first.number, [first]
    if symbol or hall:
        raise StructureError(
            f"{where} names the space group {symbol or hall!r}, which is not known; list its operations."
        )
    return None, []


def _of_symbol(symbol: str, alpha: float, gamma: float) -> Any:
    import gemmi

    return gemmi.find_spacegroup_by_name(symbol, alpha, gamma)


def _of_hall(symbol: str) -> Any:
    import gemmi

    try:
        return gemmi.find_spacegroup_by_ops(gemmi.symops_from_hall(symbol))
    except (ValueError, RuntimeError):
        return None


def _first(block: Any, names: tuple[str, ...]) -> str:
    import gemmi

    for name in names:
        value = block.find_value(name)
        if value is not None and value not in ("?", "."):
            return str(gemmi.cif.as_string(value)).strip()
    return ""


def _group(number: int) -> Any:
    import gemmi

    return gemmi.find_spacegroup_by_number(number)


def _of(group: Any) -> list[Any]:
    return list(group.operations())


def _is_same(operations: list[Any], choices: list[Any]) -> bool:
    own = {op.wrap().triplet() for op in operations}
    return any(own == {op.wrap().triplet() for op in group.operations()} for group in choices)


def _found(operations: list[Any]) -> Any:
    import gemmi

    try:
        return gemmi.find_spacegroup_by_ops(gemmi.GroupOps(operations))
    except (ValueError, RuntimeError):
        return None


def _merged(sites: list[_Site], operations: list[Any], cell: np.ndarray) -> tuple[_Atoms, list[str]]:
    """All atoms of the cell, (site, fractional coordinates) each, and sentences on sites that are mixed or not full.

    Images of one site that coincide within its precision are one atom, in their middle; of different sites in one
    place the one with the highest occupancy is taken.
    """
    if len(sites) * len(operations) > _MOST_ATOMS:
        raise StructureError(f"{len(sites)} sites times {len(operations)} operations are too many atoms for one cell.")
    seitz = np.array([op.float_seitz() for op in operations])
    atoms: _Atoms = []
    for site in sites:
        images = seitz[:, :3, :3] @ site.place + seitz[:, :3, 3]
        atoms += [(site, place) for place in _distinct(images, cell, site.tolerance)]
    taken = np.zeros(len(atoms), bool)
    shared: dict[int, list[_Site]] = {}
    for i, j in _near_pairs(atoms, cell):  # the first in the file stands for all in one place
        if not taken[i]:
            taken[j] = True
            members = shared.setdefault(i, [atoms[i][0]])
            if not any(atoms[j][0] is member for member in members):
                members.append(atoms[j][0])
    chosen = [
        (max(shared[i], key=lambda s: s.occupancy) if i in shared else site, place)
        for i, (site, place) in enumerate(atoms)
        if not taken[i]
    ]
    groups = [shared.get(i, [site]) for i, (site, _) in enumerate(atoms) if not taken[i]]
    return chosen, list(_occupation(groups))


def _near_pairs(atoms: _Atoms, cell: np.ndarray) -> list[tuple[int, int]]:
    """Pairs of atoms in one place within their precision, the earlier in the file first."""
    from ase.neighborlist import primitive_neighbor_list

    tolerances = np.array([site.tolerance for site, _ in atoms])
    places = np.array([place for _, place in atoms])
    i, j, distances = primitive_neighbor_list(
        "ijd", (True, True, True), cell, places, float(tolerances.max()), use_scaled_positions=True
    )
    near = (i < j) & (distances <= np.maximum(tolerances[i], tolerances[j]))
    return sorted(zip(i[near].tolist(), j[near].tolist(), strict=True))


def _occupation(groups: list[list[_Site]]) -> Iterator[str]:
    said = set()
    for members in groups:
        names = " and ".join(f"{member.name} ({member.occupancy:g})" for member in members)
        if names in said:
            continue
        said.add(names)
        first = max(members, key=lambda member: member.occupancy)
        if len(members) > 1:
            yield f"a site is mixed, of {names}; {first.label} is taken"
        elif first.occupancy < _FULL:
            yield f"site {first.name} is occupied to {first.occupancy:g} only; it is taken as full"


def _distinct(images: np.ndarray, cell: np.ndarray, tolerance: float) -> list[np.ndarray]:
    """The images that differ, each the mean of those that coincide with it."""
    todo, found = images % 1.0, []
    while len(todo):
        shifts = todo - todo[0]
        shifts -= np.round(shifts)
        near = np.linalg.norm(shifts @ cell, axis=1) <= tolerance
        found.append((todo[0] + shifts[near].mean(axis=0)) % 1.0)
        todo = todo[~near]
    return found


def _closest(atoms: _Atoms, cell: np.ndarray) -> float:
    """Shortest distance between two atoms (angstrom), periodic images included."""
    from ase.neighborlist import primitive_neighbor_list

    places = np.array([place for _, place in atoms])
    reach = 1.2 * (abs(np.linalg.det(cell)) / len(atoms)) ** (1 / 3)
    distances = primitive_neighbor_list("d", (True, True, True), cell, places, reach, use_scaled_positions=True)
    return float(distances.min()) if len(distances) else reach
