"""Length scales of structures of several densities: one for a crystal in any state, one for each kind of grain."""

from __future__ import annotations

import numpy as np
import pytest
from ase import Atoms
from scipy.spatial import cKDTree

from arise_zoo.common.seeds import rng_for
from arise_zoo.datasets import use_dynamics
from arise_zoo.descriptors import LocalSOAP, first_peak_distance
from arise_zoo.descriptors.local.scales import LEAST_ATOMS, scales
from arise_zoo.descriptors.neighbours import Points
from arise_zoo.generators import voronoi_polycrystal
from arise_zoo.prototypes import class_ids, get_prototype
from arise_zoo.structures import benchmark_structures, displace, remove_atoms

BULK = [c for c in class_ids() if sum(get_prototype(c).repetitions) == 3]
GRAINS = ("fcc_cu", "diamond_c", "hcp_mg")


def supercell(class_id):
    cell = get_prototype(class_id).build()
    return cell.repeat(int(np.ceil((1.5 * LEAST_ATOMS / len(cell)) ** (1 / 3))))


@pytest.fixture(scope="module")
def polycrystal():
    return voronoi_polycrystal(GRAINS, (80.0, 80.0, 20.0), 3, dimensions=2, seed=1)


@pytest.mark.parametrize("class_id", BULK[::6])
def test_a_crystal_has_one_scale_however_hot_or_incomplete_and_free_or_not(class_id):
    atoms, rng = supercell(class_id), rng_for("scales", class_id)
    stressed = displace(remove_atoms(atoms, 0.3, rng), 0.1, first_peak_distance(atoms), rng)
    free = Atoms(atoms.numbers, positions=atoms.positions)
    for state in (atoms, stressed, free):
        ((scale, numbers),) = scales(Points(state))
        assert scale * Points(state).unit == pytest.approx(first_peak_distance(state), rel=1e-9)
        assert np.array_equal(numbers, np.arange(len(state)))


def test_crystal_and_melt_in_one_cell_have_one_scale():
    use_dynamics()
    for spec in list(benchmark_structures("interface"))[::5]:
        assert len(scales(Points(spec.build()))) == 1


def test_grains_have_scales_of_their_own(polycrystal):
    points = Points(polycrystal)
    found = scales(points)
    assert np.array_equal(np.sort(np.concatenate([numbers for _, numbers in found])), np.arange(len(polycrystal)))
    expected = sorted(first_peak_distance(get_prototype(c).build()) for c in GRAINS)
    assert [scale * points.unit for scale, _ in found] == pytest.approx(expected, rel=0.01)
    mine = np.empty(len(polycrystal))
    for scale, numbers in found:
        mine[points.order[numbers]] = scale * points.unit
    inside = apart_from_others(polycrystal) > 8.0
    classes = np.array(polycrystal.info["classes"])[polycrystal.arrays["grain"]]
    for class_id in GRAINS:
        right = np.abs(mine / first_peak_distance(get_prototype(class_id).build()) - 1) < 0.02
        assert right[(classes == class_id) & inside].mean() > 0.97


@pytest.mark.parametrize("is_defective", [False, True])
def test_copper_and_tungsten_side_by_side_have_scales_of_their_own(is_defective):
    atoms = voronoi_polycrystal(("fcc_cu", "bcc_w"), (90.0, 70.0, 25.0), 2, dimensions=2, seed=3)
    if is_defective:
        rng = rng_for("scales", "copper and tungsten")
        atoms = displace(remove_atoms(atoms, 0.2, rng), 0.04, 2.5, rng)
    found = [scale * Points(atoms).unit for scale, _ in scales(Points(atoms))]
    expected = [first_peak_distance(get_prototype(c).build()) for c in ("fcc_cu", "bcc_w")]
    assert found == pytest.approx(expected, rel=0.015)


@pytest.mark.parametrize("class_id", ["cu2kvs4", "pba2i4", "diamond_c"])
def test_sites_of_one_crystal_share_a_scale_though_their_neighbours_are_differently_far_away(class_id):
    cell = get_prototype(class_id).build()
    atoms = cell.repeat(int(np.ceil((600 / len(cell)) ** (1 / 3))))
    free = Atoms(atoms.numbers, positions=atoms.positions)
    for state in (atoms, free, remove_atoms(free, 0.1, rng_for("scales", class_id))):
        assert len(scales(Points(state))) == 1


def apart_from_others(polycrystal):
    """Distance of each atom to the nearest one of another grain, across the periodic boundaries of the box."""
    grain, edges = polycrystal.arrays["grain"], polycrystal.cell.lengths()
    apart = np.empty(len(polycrystal))
    for number in set(grain):
        others = cKDTree(polycrystal.positions[grain != number] % edges, boxsize=edges)
        apart[grain == number] = others.query(polycrystal.positions[grain == number] % edges)[0]
    return apart


def test_an_atom_inside_a_grain_has_the_vector_that_it_has_in_its_crystal():
    atoms, soap = voronoi_polycrystal(("fcc_cu", "diamond_c"), (80.0, 60.0, 15.0), 2, dimensions=2, seed=2), LocalSOAP()
    vectors, apart = soap.create(atoms), apart_from_others(atoms)
    for number, class_id in enumerate(atoms.info["classes"]):
        alone = soap.create(get_prototype(class_id).build())[0]
        innermost = np.argmax(np.where(atoms.arrays["grain"] == number, apart, 0))
        assert apart[innermost] > 6.1 * first_peak_distance(get_prototype(class_id).build())
        mine = vectors[innermost]  # by a scale to which atoms at the boundary contribute
        assert mine @ alone > 0.995 * np.linalg.norm(mine) * np.linalg.norm(alone)


def test_order_orientation_and_place_change_no_scale(polycrystal):
    rng = rng_for("scales", "moved")
    order = rng.permutation(len(polycrystal))
    moved = polycrystal[order]
    rotation, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    moved.set_cell(moved.cell.array @ rotation)
    moved.positions = moved.positions @ rotation + 7.0
    ours, theirs = (scales(Points(atoms)) for atoms in (polycrystal, moved))
    assert [scale for scale, _ in ours] == pytest.approx([scale for scale, _ in theirs], rel=1e-6)
    for (_, mine), (_, other) in zip(ours, theirs, strict=True):
        assert set(Points(polycrystal).order[mine]) == set(order[Points(moved).order[other]])
