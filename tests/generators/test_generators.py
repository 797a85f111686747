"""Generated structures against what is known of them: counts, distances, space groups, and OVITO's and mdapy's eyes."""

import numpy as np
import pytest
import spglib
from ase import Atoms

from arise_zoo.errors import StructureError, UnknownNameError
from arise_zoo.generators import bain_path, nanoparticle, stacking_fault, tilt_grain_boundary, voronoi_polycrystal
from arise_zoo.generators.grain_boundary import coincidence_number
from arise_zoo.generators.overlaps import nearest_distance
from arise_zoo.methods.local_structure import a_cna, ptm


def group(atoms: Atoms) -> int:
    cell = (atoms.cell.array, atoms.get_scaled_positions(), atoms.numbers)
    return spglib.get_symmetry_dataset(cell, symprec=1e-3).number


def labels(method, atoms):
    found = method.predict(atoms)
    return np.asarray(getattr(found, "labels", found))


def test_the_bain_path_holds_body_and_face_centred_cubic():
    crystals = {(a, c): atoms for a, c, atoms in bain_path()}
    assert len(crystals) == 3721
    assert group(crystals[3.0, 3.0]) == 229 and group(crystals[3.0, 3.6]) == 139
    ((_, _, fcc),) = bain_path([3.0], [3.0 * np.sqrt(2)])
    assert group(fcc) == 225


@pytest.mark.parametrize(("kind", "hcp"), [("none", []), ("intrinsic", [0, 1]), ("extrinsic", [0, 2])])
def test_layers_at_a_stacking_fault_see_hcp(kind, hcp):
    atoms = stacking_fault(kind, n_layers=12)
    found, layer = labels(a_cna(), atoms), atoms.arrays["layer"]
    faulty = sorted({int(i) for i in layer[found == "hcp_mg"]})
    assert [i - faulty[0] for i in faulty] == hcp
    assert set(found[~np.isin(layer, faulty)]) == {"fcc_cu"}
    assert nearest_distance(atoms) == pytest.approx(3.61 / np.sqrt(2))


def test_a_twin_has_two_boundaries_of_one_layer():
    atoms = stacking_fault("twin", n_layers=12)
    found, layer = labels(a_cna(), atoms), atoms.arrays["layer"]
    assert len(set(layer[found == "hcp_mg"])) == 2 and set(found) == {"hcp_mg", "fcc_cu"}


@pytest.mark.parametrize(
    ("plane", "axis", "structure", "symbol", "sigma"),
    [
        ((2, 1, 0), (0, 0, 1), "fcc", "Cu", 5),
        ((3, 1, 0), (0, 0, 1), "bcc", "Fe", 5),
        ((1, 1, 1), (1, -1, 0), "fcc", "Cu", 3),
        ((1, 1, 3), (1, -1, 0), "fcc", "Al", 11),
        ((2, 2, 1), (1, -1, 0), "diamond", "Si", 9),
    ],
)
def test_a_grain_boundary_has_its_coincidence_number_and_no_overlaps(plane, axis, structure, symbol, sigma):
    atoms = tilt_grain_boundary(plane, axis, symbol, structure)
    assert atoms.info["sigma"] == sigma == coincidence_number(plane) == coincidences(plane)
    perfect = {"fcc": np.sqrt(0.5), "bcc": np.sqrt(0.75), "diamond": np.sqrt(3) / 4}[structure]
    constant = {"Cu": 3.61, "Fe": 2.87, "Al": 4.05, "Si": 5.43}[symbol]
    assert nearest_distance(atoms) >= 0.6 * perfect * constant
    assert set(atoms.arrays["grain"]) == {0, 1}
    ideal = {"fcc": 4, "bcc": 2, "diamond": 8}[structure] / constant**3
    assert 0.9 * ideal < len(atoms) / atoms.get_volume() <= 1.001 * ideal


def coincidences(plane):
    """Volume of the sites that a cubic lattice shares with its mirror image, in cells, counted on a grid."""
    n = np.array(plane, float)
    mirror = np.eye(3) - 2 * np.outer(n, n) / (n @ n)
    reach = range(-12, 13)
    sites = np.array([(i, j, k) for i in reach for j in reach for k in reach])
    shared = sites[np.abs(sites @ mirror - np.round(sites @ mirror)).max(axis=1) < 1e-9]
    inside = np.abs(shared).max(axis=1) <= 10
    best = None
    vectors = shared[inside & shared.any(axis=1)]
    vectors = vectors[np.argsort((vectors**2).sum(axis=1))][:60]
    for i, a in enumerate(vectors):
        for j in range(i + 1, len(vectors)):
            normals = np.cross(a, vectors[j])
            volumes = np.abs(vectors @ normals)
            smallest = volumes[volumes > 0].min(initial=10**9)
            best = smallest if best is None else min(best, smallest)
    return int(best)


def test_the_coherent_twin_boundary_is_one_layer_of_hcp():
    atoms = tilt_grain_boundary((1, 1, 1), (1, -1, 0), "Cu", "fcc")
    found = labels(a_cna(), atoms)
    assert set(found) == {"fcc_cu", "hcp_mg"} and 0 < (found == "hcp_mg").sum() < len(atoms) / 4


def test_a_polycrystal_holds_its_grains_without_overlaps():
    for dimensions, periodic in ((3, True), (2, True), (3, False)):
        atoms = voronoi_polycrystal(
            ["fcc_cu", "bcc_w"], (40, 40, 30), 4, dimensions=dimensions, periodic=periodic, seed=1
        )
        assert atoms.info["classes"] == ["fcc_cu", "bcc_w", "fcc_cu", "bcc_w"]
        assert set(atoms.arrays["grain"]) == {0, 1, 2, 3}
        assert nearest_distance(atoms) > 0.7 * 2.55 - 1e-6
        if not periodic:
            continue
        found = labels(ptm(), atoms)
        for number, name in enumerate(atoms.info["classes"]):
            inside = found[atoms.arrays["grain"] == number]
            recognised = inside[np.isin(inside, ["fcc_cu", "bcc_w", "hcp_mg"])]
            assert len(recognised) == 0 or (recognised == name).mean() > 0.9


def test_a_single_grain_is_as_dense_as_its_crystal():
    from arise_zoo.prototypes import get_prototype

    atoms = voronoi_polycrystal(["diamond_c"], (30, 30, 30), 1, periodic=False, seed=0)
    cell = get_prototype("diamond_c").build()
    assert len(atoms) / 30**3 == pytest.approx(len(cell) / cell.get_volume(), rel=0.05)


def test_a_polycrystal_follows_from_its_seed_alone():
    first, again, other = (voronoi_polycrystal(["fcc_cu"], (25, 25, 25), 3, seed=s) for s in (5, 5, 6))
    assert first == again and len(first) != 0 and (len(first) != len(other) or not np.allclose(
        first.positions, other.positions))  # fmt: skip


def test_a_particle_is_ordered_in_its_core_and_anneals_as_one():
    atoms = nanoparticle(8, order=1.0, core=0.7)
    core = atoms[atoms.arrays["core"] == 1]
    even = np.round(core.positions[:, 2] / (3.85 / 2)).astype(int) % 2 == 0
    assert (core.symbols[even] == "Fe").all() and (core.symbols[~even] == "Pt").all()
    shell = atoms[atoms.arrays["core"] == 0]
    assert 0.4 < shell.symbols.count("Fe") / len(shell) < 0.6
    disordered = nanoparticle(8, order=0.0, core=0.7)
    assert np.array_equal(disordered.positions, atoms.positions)
    assert 0.4 < disordered.symbols.count("Fe") / len(disordered) < 0.6
    moved = [nanoparticle(8, displacement=d).positions - atoms.positions for d in (0.1, 0.2)]
    assert np.allclose(moved[1], 2 * moved[0])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: stacking_fault("intrinsic", 3), "at least 6 layers"),
        (lambda: tilt_grain_boundary((1, 1, 1), (0, 0, 1)), "must contain the axis"),
        (lambda: tilt_grain_boundary((2, 1, 0), (0, 0, 1), "Cu", "hcp"), "fcc, bcc or diamond"),
        (lambda: voronoi_polycrystal(["graphene"]), "fills no space"),
        (lambda: voronoi_polycrystal(["fcc_cu"], (0, 1, 1)), "three positive lengths"),
        (lambda: nanoparticle(1), "at least 2 cells"),
        (lambda: list(bain_path([0.0], [3.0])), "must be positive"),
    ],
)
def test_what_cannot_be_made_is_said_in_a_sentence(call, message):
    with pytest.raises(StructureError, match=message):
        call()


def test_unknown_names_are_answered_with_the_nearest():
    with pytest.raises(UnknownNameError, match="intrinsic"):
        stacking_fault("intrinsik")
    with pytest.raises(UnknownNameError, match="fcc_cu"):
        voronoi_polycrystal(["fcc_ccu"])
