"""Who is scored on what: the structures of a condition on which a method's accuracy is taken."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..prototypes import class_ids, get_prototype
from ..structures import StructureSpec, benchmark_structures, condition, pristine_structures
from .tables import ALL, SUPPORTED

if TYPE_CHECKING:
    from ..methods import Method


def scored_classes(method: Method, scored_on: str) -> tuple[str, ...]:
    """Class ids on which a method is scored, in the paper's order.

    `supported`: the classes that it is meant for. `all`: every class that has a form the method treats, so all 96
    periodic ones, and the nanotubes too for a method of finite structures.
    """
    supported = set(getattr(method, "scored_on", method.recognises))
    treatable = (c for c in class_ids() if method.finite or get_prototype(c).is_periodic)
    return tuple(c for c in treatable if scored_on == ALL or c in supported)


def has_all_rows(method: Method) -> bool:
    """Whether scoring on all classes differs from scoring on the supported ones."""
    return scored_classes(method, ALL) != scored_classes(method, SUPPORTED)


def scored_structures(
    method: Method, condition_name: str, classes: tuple[str, ...], iterations: int, seed: int
) -> Iterator[StructureSpec]:
    """The structures of these classes on which a method is scored under a condition.

    Methods of finite structures: the 396 pristine ones; otherwise all supercells, periodic and finite. Methods of
    periodic structures only: the smallest supercell if pristine, otherwise all three (paper, Methods).
    """
    if condition(condition_name).is_random:
        boundaries = (True, False) if method.finite else (True,)
        yield from benchmark_structures(
            condition_name, iterations=iterations, classes=classes, periodic=boundaries, seed=seed
        )
    elif method.finite:
        yield from pristine_structures(classes)
    else:
        for class_id in classes:
            yield StructureSpec(class_id, get_prototype(class_id).supercell_sizes[0], True)


def truth(method: Method, class_id: str) -> str:
    """The label that is right for a class: its id, or the space group that the paper lists.

    Six ternary classes are listed with a word instead of a number; no space-group method is right on these.
    """
    if method.truth == "class":
        return class_id
    space_group = get_prototype(class_id).space_group
    return str(space_group.paper) if space_group else ""
