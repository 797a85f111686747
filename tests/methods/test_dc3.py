"""DC3: its features against freud and scipy, its labels on crystals and random structures."""

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk

from arise_zoo.methods.peers import dc3 as module
from arise_zoo.methods.peers import dc3_features
from arise_zoo.methods.peers.fitted_data import FOLDER, load_fitted
from arise_zoo.methods.protocol import UNKNOWN, Method
from arise_zoo.methods.resolved import MethodError
from tests.methods import peer_checks as peers

METHOD = module.dc3()
by_class = pytest.mark.parametrize("class_id", METHOD.recognises)


def test_it_labels_atoms():
    assert isinstance(METHOD, Method)
    assert (METHOD.level, METHOD.truth, METHOD.finite) == ("atom", "class", False)


def test_there_are_as_many_features_as_in_the_article():
    assert dc3_features.N_FEATURES == 330
    assert dc3_features.surroundings(bulk("Cu")).features.shape == (1, 330)


@pytest.mark.parametrize("n", [4, 12, 16])
def test_bond_order_parameters_are_those_of_freud(n):
    freud = pytest.importorskip("freud")
    box, points = freud.data.UnitCell.fcc().generate_system(4, sigma_noise=0.03, seed=2)
    steinhardt = freud.order.Steinhardt(l=list(range(1, 16))).compute((box, points), neighbors={"num_neighbors": n})
    atoms = Atoms(numbers=[29] * len(points), positions=points, cell=box.to_matrix().T, pbc=True)
    found = dc3_features.surroundings(atoms).features[:, 15 * (n - 2) : 15 * (n - 1)]
    assert found == pytest.approx(steinhardt.particle_order, abs=1e-5)


def test_radial_functions_are_the_formula_of_the_article():
    atoms = peers.structure("bcc_w", "displacement-0.04")
    distances = np.sort(atoms.get_all_distances(mic=True)[0])[1:]
    scale = distances[:12].mean()
    centres = np.array([0.85, 0.9, 0.95, 1, 1.05, 1.1, 1.15])
    expected = [np.exp(-((distances / scale - centre) ** 2) / (2 * 0.05**2)).sum() for centre in centres]
    found = dc3_features.surroundings(atoms).features[0, 225 + 7 * 10 : 225 + 7 * 11]
    assert found == pytest.approx(expected, rel=1e-6)


def test_the_coherence_of_a_crystal_is_one_and_that_of_disorder_small():
    assert dc3_features.surroundings(bulk("Si")).coherence == pytest.approx(1)  # 16 neighbours are whole shells
    least = float(load_fitted("dc3")["least_coherence"])
    assert 0.1 < least < 0.5


@by_class
@pytest.mark.parametrize(("condition", "least"), [("pristine", 1), ("displacement-0.1", 0.98), ("missing-0.05", 0.7)])
def test_atoms_of_its_crystals_have_their_class(class_id, condition, least):
    assert peers.share_right(METHOD, class_id, condition) >= least


@by_class
def test_inner_atoms_of_isolated_crystals_have_their_class(class_id):
    peers.check_inner_atoms(METHOD, class_id)


@by_class
def test_random_structures_are_mostly_unknown(class_id):
    assert peers.unknown_in_gas(METHOD) > 0.98
    # A random packing as dense as fcc and hcp has crystalline places.
    assert peers.unknown_in_packing(METHOD, class_id) > (0.7 if class_id in ("fcc_cu", "hcp_mg") else 0.9)


@by_class
@peers.seeds
def test_rotation_unit_and_order_do_not_matter(class_id, seed):
    peers.check_rotation_and_order(METHOD, class_id, seed)


def test_few_atoms_and_atoms_at_one_place_are_unknown_without_confidence():
    for atoms in (Atoms("Fe"), Atoms("Fe2", positions=[[0, 0, 0]] * 2), peers.structure("fcc_cu", periodic=False)[:16]):
        answer = METHOD.predict(atoms)
        assert (answer.labels == UNKNOWN).all() and (answer.confidence == 0).all()


def test_an_atom_alone_in_a_cube_is_simple_cubic():
    assert METHOD.predict(Atoms("Fe", cell=[9, 9, 9], pbc=True)).labels.tolist() == ["alpha_po"]


def test_it_passes_the_smoke_run():
    peers.check_smoke("dc3")


def test_changed_weights_are_refused(tmp_path):
    for path in FOLDER.glob("dc3.*"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    with open(tmp_path / "dc3.npz", "ab") as file:
        file.write(b"!")
    with pytest.raises(MethodError, match="does not match its SHA-256"):
        load_fitted("dc3", tmp_path)
