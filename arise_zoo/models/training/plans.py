"""What each shipped network is: its shape, its recipe, and what it sees in addition to pristine rows.

How the numbers were found is in `docs/models.md`; the loop that uses them is in `training`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..network.architecture import Architecture
from .loop import Recipe, TrainingError

FAMILY = ("field", "varied", "analytic", "relatives", "background")
"""What models that know `unknown` learn from, and a plan has numbers of."""


@dataclass(frozen=True)
class Plan:
    """How a network is made.

    Parameters
    ----------
    architecture : Architecture
        Shape of the network.
    recipe : Recipe
        How it is trained.
    blurred : int
        Thermally blurred variants of each of the 588 pristine supercells, in addition to the rows of the data set.
    perturbed : int
        Variants with displaced and missing atoms.
    field : int
        Structures of each class as one meets them (`arise_zoo.models.augmentation.field`), in the place of the rows of
        the data set.
    varied : int
        Whole supercells of other free parameters, of each class that has some, likewise.
    analytic : int
        Pieces of the perfect crystal of each class whose pairs of neighbours are moved, left out and exchanged
        (`arise_zoo.models.augmentation.analytic`), likewise.
    relatives : int
        Further ones of each class that has a near relative (`arise_zoo.models.augmentation.relatives`).
    background : int
        Hundreds of structures of each kind of background, for `field` and `analytic`.
    held_out : int
        Further structures of each class as one meets them, and a tenth as many hundreds of background, on which such a
        model is measured.
    per_atom : bool
        Whether rows are of single atoms, and also of interfaces (`arise_zoo.models.augmentation.atom_rows`).
    odds : float
        How many times as common the other classes are taken to be as those that are slight distortions of a common
        lattice (`family.DISTORTIONS`).
    further : tuple of Plan
        Plans of networks that are averaged with this one.
    """

    architecture: Architecture
    recipe: Recipe
    blurred: int = 0
    perturbed: int = 0
    field: int = 0
    varied: int = 0
    analytic: int = 0
    relatives: int = 0
    background: int = 0
    held_out: int = 0
    per_atom: bool = False
    odds: float = 1.0
    further: tuple[Plan, ...] = ()

    def __post_init__(self) -> None:
        for kind in ("blurred", "perturbed", *FAMILY, "held_out"):
            if getattr(self, kind) < 0:
                raise TrainingError(
                    f"{kind} is a number of structures and must be at least 0, not {getattr(self, kind)}."
                )

    @property
    def networks(self) -> tuple[Plan, ...]:
        """The plans of all networks, this one's first."""
        return self, *self.further

    @property
    def knows_unknown(self) -> bool:
        """Whether it is a plan of the family that answers `unknown`."""
        return bool(self.field or self.analytic)

    @property
    def trained_on_defects(self) -> bool:
        """Whether defective structures take part."""
        return any(plan.perturbed or plan.field for plan in self.networks)


_SHAPE = Architecture(hidden=(512, 512, 512), dropout=0.02, input_dropout=0.0)
_COMMON = Recipe(learning_rate=4e-3, label_smoothing=0.1, spread_offset=3e-4, epochs=60)

_PRISTINE = Plan(
    Architecture(dropout=0.032),
    Recipe(epochs=100, batch_size=64, learning_rate=1e-3, standardised=False, mixing=1.0, seed=3),
)
_SHARP = Plan(_SHAPE, replace(_COMMON, mixing=1.0))
_BLURRED = Plan(Architecture(), replace(_COMMON, epochs=40), blurred=60)
_PERTURBED = Plan(replace(_SHAPE, dropout=0.01), _COMMON, perturbed=200)

_FIELD = Plan(
    Architecture(n_features=675, n_classes=136, hidden=(512, 512, 512), dropout=0.03, input_dropout=0.0),
    Recipe(learning_rate=2e-3, weight_decay=1e-4, spread_offset=0.0, spread_floor=0.05, batch_size=1024, epochs=28),
    field=190,
    varied=180,
    analytic=60,
    relatives=100,
    background=28,
    held_out=24,
    odds=20.0,
)

_LOCAL = Plan(
    Architecture(n_features=540, n_classes=136, hidden=(256, 256), dropout=0.03, input_dropout=0.0),
    replace(_FIELD.recipe, spread_floor=0.1, learning_rate=1e-3, batch_size=512, epochs=24),
    field=80,
    background=30,
    held_out=4,
    per_atom=True,
)


_OPEN = replace(_FIELD, recipe=replace(_FIELD.recipe, epochs=34), field=0, varied=0, analytic=100)


def _seeded(plan: Plan, seed: int) -> Plan:
    return replace(plan, recipe=replace(plan.recipe, seed=seed))


PLANS: dict[str, Plan] = {
    # Seeds agree on the classes, but differ in what they are unsure of: only together they are unsure reliably.
    "arise-mlp": replace(_PRISTINE, further=(_seeded(_PRISTINE, 6),)),
    # Blurred rows teach what displacements do; a network without them is the surest where atoms are only missing.
    "arise-thermal": replace(_BLURRED, further=(_seeded(_BLURRED, 1), _SHARP)),
    "arise-robust": replace(_PERTURBED, further=(_seeded(_PERTURBED, 1),)),
    "arise-open": replace(_OPEN, further=tuple(_seeded(_OPEN, seed) for seed in (1, 2))),
    "arise-field": replace(_FIELD, further=tuple(_seeded(_FIELD, seed) for seed in (1, 2))),
    "arise-local": _LOCAL,
}


def varied(
    plan: Plan,
    *,
    architecture: Mapping[str, Any],
    recipe: Mapping[str, Any],
    rows: Mapping[str, int],
    first: Plan | None = None,
) -> Plan:
    """The plan with other values of its architecture, its recipe, and `rows`: `blurred` and `perturbed`.

    They hold for all networks of an average. Its networks keep different seeds: a `seed` is that of the `first`, and
    kinds of rows that a further network does not see stay away from it.
    """
    own = dict(recipe)
    if first is not None and "seed" in own:
        own["seed"] += plan.recipe.seed - first.recipe.seed
    kinds: dict[str, Any] = {kind: n for kind, n in rows.items() if first is None or getattr(plan, kind)}
    further = tuple(
        varied(part, architecture=architecture, recipe=recipe, rows=rows, first=first or plan) for part in plan.further
    )
    return replace(
        plan,
        architecture=replace(plan.architecture, **architecture),
        recipe=replace(plan.recipe, **own),
        further=further,
        **kinds,
    )
