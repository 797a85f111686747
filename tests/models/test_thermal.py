"""Thermal blurring: what it foretells of displaced structures, against real displaced structures."""

import numpy as np
import pytest

from arise_zoo.datasets.vectors import one_setting
from arise_zoo.descriptors.neighbours import Points
from arise_zoo.descriptors.scales import pair_scales
from arise_zoo.descriptors.settings import CENTRE
from arise_zoo.models.augmentation.nearest_distances import near_neighbours
from arise_zoo.models.augmentation.thermal import BlurredStructure, blurred_rows
from arise_zoo.prototypes import get_prototype
from arise_zoo.prototypes.supercells import displacement_unit
from arise_zoo.structures import benchmark_structures, supercell

SEED = 77


def real(class_id, periodic, k):
    """Descriptors of structures displaced by 10 %."""
    specs = benchmark_structures("displacement-0.1", classes=[class_id], periodic=[periodic], seed=SEED, iterations=12)
    return np.array([one_setting(s.build(), *CENTRE) for s in specs if s.k == k])


@pytest.mark.parametrize("class_id", ["fcc_cu", "nacl", "cu2znsns4"])
@pytest.mark.parametrize("periodic", [True, False])
def test_blurred_descriptors_are_those_of_displaced_structures_on_average(class_id, periodic):
    prototype = get_prototype(class_id)
    k = prototype.supercell_sizes[0]
    copies = prototype.n_atoms(k) // prototype.n_atoms(1) if periodic else 1
    structure = BlurredStructure(get_prototype(class_id), 1 if periodic else k, periodic)
    rng = np.random.default_rng(0)
    displacement = 0.1 * displacement_unit(prototype, k)
    blurred = np.mean([structure.descriptor(displacement, 0.0, rng, copies) for _ in range(12)], axis=0)
    pristine = one_setting(supercell(prototype, k, periodic=periodic), *CENTRE)
    displaced = real(class_id, periodic, k).mean(axis=0)
    assert np.linalg.norm(blurred - displaced) < np.linalg.norm(pristine - displaced) / 2.5


@pytest.mark.parametrize(
    ("class_id", "k", "periodic"), [("fcc_cu", 5, False), ("nacl", 1, True), ("cnt_5_1", 1, False)]
)
def test_without_displacements_a_blurred_structure_is_the_pristine_one(class_id, k, periodic):
    expected = one_setting(supercell(get_prototype(class_id), k, periodic=periodic), *CENTRE)
    found = BlurredStructure(get_prototype(class_id), k, periodic).descriptor(0.0, 0.0, np.random.default_rng(0))
    assert np.abs(found - expected).max() < 1e-6


@pytest.mark.parametrize(("class_id", "k", "periodic"), [("cu2znsns4", 2, False), ("nacl", 1, True)])
def test_near_neighbours_give_the_length_scales_of_the_structure(class_id, k, periodic):
    from arise_zoo.common.length_scale import most_frequent_distance

    atoms = supercell(get_prototype(class_id), k, periodic=periodic)
    points = Points(atoms)
    scales = pair_scales(points)
    for i, a in enumerate(points.species):
        for j, b in enumerate(points.species):
            nearest = near_neighbours(atoms, a, b, 1.0).drawn(0.0, 0.0, np.random.default_rng(0))
            assert most_frequent_distance(nearest) == pytest.approx(scales[i, j], abs=1e-9)


def test_any_row_can_be_had_alone_and_on_any_number_of_processes():
    rows, labels = blurred_rows(3, ["fcc_cu", "nacl"], n_jobs=1)
    assert rows.shape == (2 * 6 * 3, 316) and len(np.unique(labels)) == 2
    alone, _ = blurred_rows(3, ["nacl"], n_jobs=1)
    assert np.array_equal(rows[18:], alone)
    both, _ = blurred_rows(3, ["fcc_cu", "nacl"], n_jobs=2)
    assert np.array_equal(rows, both)
