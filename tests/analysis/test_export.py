"""Labels of atoms and the pictures: what is written is what the boxes say, and others can open it."""

from dataclasses import replace

import ase.build
import ase.io
import numpy as np
import pytest

from arise_zoo import load_model
from arise_zoo.analysis import (
    label_atoms,
    plot_certainty,
    plot_scalar,
    save_maps,
    strided_pattern_matching,
    write_labelled,
)
from arise_zoo.errors import AriseZooError, StructureError, UnknownNameError
from arise_zoo.models import NetworkPrediction


@pytest.fixture(scope="module")
def result(two_crystals):
    return strided_pattern_matching(two_crystals, box=13, stride=4, n_samples=10)


def test_an_atom_gets_what_the_nearest_box_says(result, two_crystals):
    labelled = label_atoms(result, two_crystals)
    centres = result.centres[result.valid][:, :2]
    for atom in range(0, len(two_crystals), 37):
        distance = np.linalg.norm(centres - two_crystals.positions[atom, :2], axis=1)
        nearest = np.flatnonzero(result.valid)[distance <= distance.min() + 1e-9]
        assert labelled.arrays["label"][atom] in result.most_probable[nearest]


def test_an_atom_gets_the_mean_of_the_boxes_that_hold_it(result, two_crystals):
    labelled = label_atoms(result, two_crystals, "average")
    for atom in range(0, len(two_crystals), 37):
        holds = np.abs(result.centres - two_crystals.positions[atom]).max(axis=1) <= 6.5
        holds &= result.valid
        mean = result.probabilities[holds].mean(axis=0)
        assert labelled.arrays["class_number"][atom] == mean.argmax() + 1
        assert labelled.arrays["probability"][atom] == pytest.approx(mean.max(), abs=1e-5)
        expected = result.mutual_information[holds].mean()
        assert labelled.arrays["mutual_information"][atom] == pytest.approx(expected, abs=1e-5)


def test_an_atom_has_the_certainty_of_its_box_and_keeps_what_it_had(result, two_crystals, tmp_path):
    atoms = two_crystals.copy()
    atoms.set_array("layer", np.arange(len(atoms)) / 8)
    labelled = ase.io.read(write_labelled(result, atoms, tmp_path / "atoms.xyz"))
    np.testing.assert_allclose(labelled.arrays["layer"], atoms.arrays["layer"])
    model = load_model("arise-field")
    expected = model.thresholds.certainties(
        NetworkPrediction(result.probabilities, result.mutual_information, result.predictive_entropy, None),
        model.labels,
        10,
    )
    assert (result.certainty == np.where(result.valid, expected, "")).all()
    said = {(label, box) for label, box in zip(labelled.arrays["label"], labelled.arrays["certainty"], strict=True)}
    assert said <= {*zip(result.most_probable, result.certainty, strict=True), ("none", "unanswered")}


def test_models_without_thresholds_give_no_certainty(result, two_crystals):
    bare = replace(result, settings={**result.settings, "thresholds": None})
    assert bare.certainty is None and "certainty" not in label_atoms(bare, two_crystals).arrays
    with pytest.raises(AriseZooError, match="gives no verdicts"):
        plot_certainty(bare)


def test_across_a_period_the_boxes_of_the_other_side_count():
    crystal = ase.build.bulk("Cu", cubic=True).repeat(4)
    result = strided_pattern_matching(crystal, box=9, stride=7, n_samples=5)
    for how in ("nearest", "average"):
        assert set(label_atoms(result, crystal, how).arrays["label"]) == {"fcc_cu"}
    counted = label_atoms(result, crystal, "average").arrays["mutual_information"]
    assert np.isfinite(counted).all()


def test_labelled_atoms_are_extended_xyz_that_ase_and_ovito_read(result, two_crystals, tmp_path):
    path = write_labelled(result, two_crystals, tmp_path / "atoms.xyz", "average")
    again = ase.io.read(path)
    np.testing.assert_allclose(again.positions, two_crystals.positions, atol=1e-6)
    assert {"fcc_cu", "bcc_w"} <= set(again.arrays["label"])
    ovito_io = pytest.importorskip("ovito.io", exc_type=ImportError)
    data = ovito_io.import_file(str(path)).compute()
    assert data.particles.count == len(two_crystals)
    assert {"mutual_information", "class_number"} <= set(data.particles.keys())


def test_labels_of_another_structure_or_in_another_way_are_refused(result, two_crystals):
    with pytest.raises(StructureError, match="made from another structure"):
        label_atoms(result, two_crystals[:-1])
    with pytest.raises(UnknownNameError, match="did you mean 'average'"):
        label_atoms(result, two_crystals, "averaged")


@pytest.mark.parametrize("size", [(10, 2, 2), (6, 6, 2), (5, 5, 5)])
def test_lines_planes_and_bulks_have_maps_with_units_on_their_axes(size, tmp_path):
    from matplotlib import image

    crystal = ase.build.bulk("Cu", cubic=True).repeat(size)
    crystal.pbc = False
    result = strided_pattern_matching(crystal, box=9, stride=4, n_samples=5)
    paths = save_maps(result, tmp_path)
    assert {path.name for path in paths} >= {"classes.png", "probabilities.png", "mutual-information.png"}
    for path in paths:
        assert np.ptp(image.imread(path)[..., :3]) > 0.5
    figure = plot_scalar(result)
    labels = [ax.get_xlabel() for ax in figure.axes]
    assert any("(Å)" in label for label in labels)
    with pytest.raises(UnknownNameError, match="did you mean 'variation_ratio'"):
        plot_scalar(result, "variation_ration")
