"""A modifier for OVITO's pipelines that names the class of every atom. OVITO finds it by the package's entry points.

Importing this module imports OVITO. What is said of the atoms is `arise_zoo.classify_atoms`'.
"""

from __future__ import annotations

import colorsys
from typing import Any

import numpy as np
from ovito.data import DataCollection
from ovito.pipeline import ModifierInterface
from traits.api import Bool, Int, Range, Str, Union

from .errors import StructureError
from .methods.local_structure.algorithms import STRUCTURE_TYPES
from .methods.local_structure.labels import ORDERED
from .models.atoms import AtomClassification, classify_atoms
from .models.outputs import UNKNOWN
from .reading import as_atoms

OTHER = "other"
"""Name of the type of particles that were not asked about."""

_GOLDEN = (5**0.5 - 1) / 2  # of the circle of hues, by which neighbouring labels differ
_BRIGHTNESS = (0.95, 0.75, 0.55)


class AriseModifier(ModifierInterface):
    """Name the class that each particle is part of.

    Parameters
    ----------
    model : str, default "arise-local"
        A model of atoms: its name, or the folder of a checkpoint.
    n_samples : int, optional
        Monte-Carlo passes, from which the uncertainty follows (default: as many as the model wants).
    seed : int, default 0
        Seed of the passes.
    only_selected : bool, default False
        Whether particles that are not selected are taken for absent; their type is "other".
    color_by_type : bool, default True
        Whether particles get the colours of their types: OVITO's own for the lattices that it knows.

    Writes
    ------
    Structure Type
        Place of the label among those of the model, from 1, and 0 for "other"; the types that occur have a name and a
        colour, which are the same in all frames.
    Probability, Mutual Information
        Probability of the label, and uncertainty (bits); NaN for "other".
    Arise.count.LABEL, Arise.fraction.LABEL
        Attributes: particles of each label of the model, and their share of those asked about.

    Raises `AriseZooError` and `StructureError` as `arise_zoo.classify_atoms` does.
    """

    model = Str("arise-local", label="Model")
    n_samples = Union(None, Range(low=0), label="Monte-Carlo passes")
    seed = Int(0, label="Seed")
    only_selected = Bool(False, label="Use only selected particles")
    color_by_type = Bool(True, label="Color particles by type")

    def modify(self, data: DataCollection, **_: Any) -> None:
        """Write the properties and attributes of one frame."""
        atoms = as_atoms(data, "the input")
        asked = np.ones(len(atoms), bool)
        if self.only_selected:
            if "Selection" not in data.particles:
                raise StructureError("no particles are selected, but only selected ones are to be used.")
            asked = np.asarray(data.particles["Selection"]) != 0
        found = classify_atoms(atoms[asked], self.model, self.n_samples, self.seed)
        particles = data.particles_
        types = np.zeros(len(atoms), np.int32)
        types[asked] = found.numbers + 1
        names = {i + 1: name for i, name in enumerate(found.names)} | {0: OTHER}
        if "Structure Type" in particles:  # of another modifier, with its own types
            del particles["Structure Type"]
        kinds = particles.create_property("Structure Type", data=types)
        colours = type_colours(found.names)
        for number in np.unique(types).tolist():
            kinds.add_type_id(number, particles, name=names[number]).color = colours[names[number]]
        for name, values in (("Probability", found.probabilities), ("Mutual Information", found.mutual_information)):
            whole = np.full(len(atoms), np.nan)
            whole[asked] = values
            particles.create_property(name, data=whole)
        if self.color_by_type:
            particles.create_property("Color", data=np.array([colours[names[n]] for n in range(len(names))])[types])
        _write_counts(data, found)


def type_colours(labels: tuple[str, ...]) -> dict[str, tuple[float, float, float]]:
    """Colour of each label, and of "other": OVITO's own where it knows the lattice, else one that follows from the
    label's place."""
    from ovito.modifiers import PolyhedralTemplateMatchingModifier

    known = [(r, g, b) for r, g, b in (kind.color for kind in PolyhedralTemplateMatchingModifier().structures)]
    own = {label: known[STRUCTURE_TYPES.index(kind)] for (kind, order), label in ORDERED.items() if order == "pure"}
    own[UNKNOWN] = known[0]
    made = {label: colorsys.hsv_to_rgb(i * _GOLDEN % 1.0, 0.65, _BRIGHTNESS[i % 3]) for i, label in enumerate(labels)}
    return {**made, **{label: colour for label, colour in own.items() if label in made}, OTHER: known[0]}


def _write_counts(data: DataCollection, found: AtomClassification) -> None:
    counts = found.counts()
    for name in found.names:
        data.attributes[f"Arise.count.{name}"] = counts.get(name, 0)
        data.attributes[f"Arise.fraction.{name}"] = counts.get(name, 0) / len(found)
