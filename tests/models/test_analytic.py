"""What a network learns of defects from perfect crystals alone: rows drawn from pairs, against structures."""

from __future__ import annotations

import numpy as np
import pytest
from ase.build import bulk

from arise_zoo.common.seeds import rng_for
from arise_zoo.descriptors import ChannelSOAP, descriptor_with, first_peak_distance
from arise_zoo.models.augmentation.analytic import AnalyticRows, mixture
from arise_zoo.models.augmentation.loose_pairs import Disturbance, LoosePairs
from arise_zoo.models.augmentation.relatives import near_relatives
from arise_zoo.models.training.family import DESCRIPTOR
from arise_zoo.prototypes import get_prototype
from arise_zoo.structures import benchmark_structures, supercell

SOAP, FAMILY_SOAP = ChannelSOAP(), descriptor_with(DESCRIPTOR)


def drawn(class_id: str, disturbance: Disturbance, count: int) -> np.ndarray:
    prototype = get_prototype(class_id)
    loose = LoosePairs(supercell(prototype, prototype.supercell_sizes[0], periodic=True), SOAP.r_cut)
    rng = rng_for("loose", class_id)
    found = (loose.drawn(disturbance, rng) for _ in range(count))
    return np.array([SOAP.create_from_pairs(*pairs, peak) for pairs, peak in found])


@pytest.mark.parametrize("class_id", ["fcc_cu", "nacl", "molecular_iodine", "mos2", "cu2kvs4"])
def test_pairs_left_alone_give_the_descriptor_of_the_crystal(class_id):
    prototype = get_prototype(class_id)
    (row,) = drawn(class_id, Disturbance(), 1)
    expected = SOAP.create(supercell(prototype, prototype.supercell_sizes[0], periodic=True))
    assert np.abs(row - expected).max() < 1e-12


@pytest.mark.parametrize("class_id", ["fcc_cu", "nacl", "beta_np"])
@pytest.mark.parametrize(
    "condition, disturbance",
    [("displacement-0.1", Disturbance(apart=0.1)), ("both-0.3-0.1", Disturbance(apart=0.1, missing=0.3))],
)
def test_on_average_they_are_what_displaced_and_missing_atoms_give(class_id, condition, disturbance):
    specs = benchmark_structures(condition, classes=[class_id], iterations=6, seed=4)
    real = np.array([SOAP.create(spec.build()) for spec in specs if spec.periodic])
    rows = drawn(class_id, disturbance, 12)
    (pristine,) = drawn(class_id, Disturbance(), 1)
    apart = np.linalg.norm(real.mean(axis=0) - rows.mean(axis=0))
    assert apart < 0.05 < np.linalg.norm(real.mean(axis=0) - pristine)
    scatter, scatter_of_rows = (np.linalg.norm(rows.std(axis=0)) for rows in (real, rows))
    assert 0.4 < scatter_of_rows / scatter < 3.0


def test_a_length_scale_that_jumps_is_drawn_too():
    """The first peak of molecular iodine is between its molecules once atoms have moved."""
    prototype = get_prototype("molecular_iodine")
    loose = LoosePairs(supercell(prototype, prototype.supercell_sizes[0], periodic=True), SOAP.r_cut)
    rng = rng_for("jump")
    _, peak = loose.drawn(Disturbance(), rng)
    assert peak == pytest.approx(loose.peak)
    specs = benchmark_structures("displacement-0.1", classes=["molecular_iodine"], iterations=1, seed=4)
    moved = next(spec for spec in specs if spec.periodic)
    _, peak = loose.drawn(Disturbance(apart=0.1), rng)
    assert peak == pytest.approx(first_peak_distance(moved.build()), rel=0.03) and peak > 1.5 * loose.peak


def test_exchanged_species_are_what_many_structures_have_on_average():
    atoms = bulk("NaCl", "rocksalt", a=5.0, cubic=True).repeat(7)
    share, rng = 0.2, rng_for("exchange")
    mixed = atoms.copy()
    chosen = rng.permutation(len(atoms))[: round(share * len(atoms))]
    mixed.numbers[chosen] = np.where(atoms.numbers[chosen] == 11, 17, 11)
    loose = LoosePairs(bulk("NaCl", "rocksalt", a=5.0, cubic=True), SOAP.r_cut)
    stays, becomes = mixture(share, 2)
    found = (loose.drawn(Disturbance(stays_like=stays, becomes_like=becomes), rng) for _ in range(40))
    rows = np.array([SOAP.create_from_pairs(*pairs, peak) for pairs, peak in found])
    expected = rows.mean(axis=0)
    assert loose.peak == pytest.approx(first_peak_distance(atoms))
    assert np.linalg.norm(SOAP.create(mixed) - expected) < 0.04 < 0.15 < np.linalg.norm(SOAP.create(atoms) - expected)


def test_rows_are_made_again_alone_and_of_an_alloy_know_no_species():
    rows = AnalyticRows("nacl", 3)
    first, again = (rows.describe(FAMILY_SOAP) for _ in range(2))
    assert first.shape == (3, 675) and np.array_equal(first, again)
    assert not np.array_equal(first, AnalyticRows("nacl", 4).describe(FAMILY_SOAP))
    alloy = AnalyticRows("fcc_cu", 3, alloy=True).describe(FAMILY_SOAP).reshape(3, 3, -1)
    lengths = np.linalg.norm(alloy, axis=2)
    assert np.allclose(lengths[:, 0], 1.0) and (lengths[:, 2] > 0.01).all()  # some pairs are unlike


def test_near_relatives_are_those_that_the_benchmark_confuses():
    assert {"agnbo3_cubic", "cssni3_cubic", "hexagonal_graphite_c", "rhombohedral_graphite_c"} < set(near_relatives())
    assert {"cu2znsis4", "cu2cdges4", "dhcp_alpha_la", "alpha_sm"} < set(near_relatives())
    assert not {"diamond_c", "bcc_w", "nacl", "rho"} & set(near_relatives())
    assert len(near_relatives()) < 30
