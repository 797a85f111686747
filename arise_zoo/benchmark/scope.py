"""Who is scored on what: the structures of a condition on which a method's accuracy is taken, and what is right.

The "supported" rows take the classes that a method is meant for, and a label is right if it is the class. The "all"
rows (starred in the paper) take every class, and a label is right if it has the space group that the paper lists:
an atom of alpha-La (dhcp, 194) that is called hcp (194) counts. The published numbers show this, and two things
more: methods that label atoms are scored on the nanotubes too, which they do not treat; and where nothing is
defective, monolayers weigh as if they had been replicated in three directions. See docs/benchmark.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..prototypes import class_ids, get_prototype
from ..prototypes.replication import smallest_replication
from ..structures import StructureSpec, benchmark_structures, condition, pristine_structures
from .tables import ALL, SUPPORTED

if TYPE_CHECKING:
    from ..methods import Method


def scored_classes(method: Method, scored_on: str) -> tuple[str, ...]:
    """Class ids on which a method is scored, in the paper's order."""
    if scored_on == ALL:
        return tuple(c for c in class_ids() if method.level == "atom" or _treats(method, c))
    supported = set(getattr(method, "scored_on", method.recognises))
    return tuple(c for c in class_ids() if c in supported and _treats(method, c))


def has_all_rows(method: Method) -> bool:
    """Whether scoring on all classes differs from scoring on the supported ones."""
    return scored_classes(method, ALL) != scored_classes(method, SUPPORTED)


def shown_classes(method: Method) -> tuple[str, ...]:
    """Class ids whose structures are shown to a method: those for which one of its labels can be right.

    Structures of other classes are wrong whatever it says, so that it need not be asked.
    """
    if method.truth == "space_group":
        return tuple(c for c in class_ids() if c in method.recognises and _treats(method, c) and symmetry(c) != c)
    known = {symmetry(c) for c in method.recognises}
    return tuple(c for c in class_ids() if _treats(method, c) and (c in method.recognises or symmetry(c) in known))


def scored_structures(
    method: Method, condition_name: str, classes: tuple[str, ...], iterations: int, seed: int
) -> Iterator[StructureSpec]:
    """The structures of these classes on which a method is scored under a condition.

    Methods of finite structures: the 396 pristine ones; otherwise all supercells, periodic and finite. Methods of
    periodic structures only: the smallest supercell if pristine, otherwise all three (paper, Methods). Nanotubes
    are always finite. Methods of space groups are not asked where the class's is not the right answer.
    """
    wanted = condition(condition_name)
    if method.truth == "space_group" and not wanted.has_symmetry:
        return
    if method.finite:
        if condition_name != "pristine":
            yield from benchmark_structures(condition_name, iterations=iterations, classes=classes, seed=seed)
        else:
            yield from pristine_structures(classes)
        return
    if wanted.own_prototypes():
        yield from benchmark_structures(condition_name, iterations=iterations, periodic=[True], seed=seed)
        return
    for class_id in classes:
        prototype = get_prototype(class_id)
        if condition_name != "pristine":
            yield from benchmark_structures(
                condition_name,
                iterations=iterations,
                classes=[class_id],
                periodic=[prototype.is_periodic],
                seed=seed,
            )
        else:
            yield StructureSpec(class_id, prototype.supercell_sizes[0], prototype.is_periodic)


def is_scored(method: Method, condition_name: str, scored_on: str) -> bool:
    """Whether there is a structure to score it on."""
    found = scored_structures(method, condition_name, scored_classes(method, scored_on), iterations=1, seed=0)
    return next(found, None) is not None


def labels_scored(method: Method, spec: StructureSpec) -> int:
    """Number of labels for which a structure counts: 1, or its atoms.

    The paper's pristine monolayers were replicated in three directions, vacuum included. That changes no atom's
    surroundings, so that here they only weigh as much.
    """
    if method.level == "structure":
        return 1
    if spec.condition == "pristine" and not method.finite and spec.prototype.group == "monolayer":
        cell = spec.prototype.n_atoms()
        return cell * smallest_replication(cell, dimensions=3) ** 3
    return spec.n_atoms


def symmetry(class_id: str) -> str:
    """The space group that the paper lists, as text; the class id where none counts.

    None counts for the six ternary classes, which are listed with a word, and for the seven listed as P1, which the
    paper left out: otherwise any spoilt structure would be right.
    """
    space_group = get_prototype(class_id).space_group
    counts = space_group and isinstance(space_group.paper, int) and space_group.paper > 1
    return str(space_group.paper) if counts else class_id


def _treats(method: Method, class_id: str) -> bool:
    return method.finite or get_prototype(class_id).is_periodic
