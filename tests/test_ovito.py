"""The modifier in OVITO's own pipelines: properties, types, attributes, files and pictures."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from pathlib import Path

import ase.io
import numpy as np
import pytest
from ase.build import bulk
from hatchling.metadata.core import ProjectMetadata
from matplotlib.image import imread

import arise_zoo
from arise_zoo.descriptors import LocalSOAP
from arise_zoo.errors import StructureError, UnknownNameError
from arise_zoo.models.checkpoint import Facts, write_checkpoint
from arise_zoo.models.network.architecture import Architecture

pytest.importorskip("ovito", exc_type=ImportError)

from ovito.io import export_file
from ovito.io.ase import ase_to_ovito
from ovito.modifiers import ExpressionSelectionModifier, PolyhedralTemplateMatchingModifier
from ovito.pipeline import Pipeline, StaticSource
from ovito.vis import TachyonRenderer, Viewport

from arise_zoo.ovito import AriseModifier, type_colours

PARAMETERS = {"r_cut": 2.0, "n_max": 3, "l_max": 2, "radius": 1.5}
LABELS = ("fcc_cu", "bcc_w", "nacl", "unknown")


@pytest.fixture(scope="module")
def atoms():
    salt = bulk("NaCl", "rocksalt", a=5.6, cubic=True).repeat(3)
    salt.rattle(0.4, seed=2)
    return salt


@pytest.fixture(scope="module")
def checkpoint(atoms, tmp_path_factory):
    """A network of atoms whose weights were drawn, so that its labels differ from atom to atom."""
    soap = LocalSOAP(**PARAMETERS)
    vectors = soap.create(atoms)
    network = Architecture(soap.n_features, len(LABELS), hidden=(8,), dropout=0.2, input_dropout=0.0).build(
        vectors.mean(axis=0), vectors.std(axis=0) + 1e-6, seed=1
    )
    facts = Facts("small-local", LABELS, {"kind": "local", **PARAMETERS}, n_samples=6)
    reference = ("x",), np.zeros((1, soap.n_features), np.float32)
    folder = tmp_path_factory.mktemp("ovito") / "small-local"
    return str(write_checkpoint(folder, network, facts, {}, reference, ""))


def pipeline_of(atoms, *modifiers):
    pipeline = Pipeline(source=StaticSource(data=ase_to_ovito(atoms)))
    pipeline.modifiers.extend(modifiers)
    return pipeline


def names_of(data):
    types = data.particles["Structure Type"]
    names = {kind.id: kind.name for kind in types.types}
    return [names[number] for number in np.asarray(types).tolist()]


def test_particles_have_what_classify_atoms_says(checkpoint, atoms):
    expected = arise_zoo.classify_atoms(atoms, checkpoint)
    assert len(expected.counts()) > 1
    data = pipeline_of(atoms, AriseModifier(model=checkpoint)).compute()
    assert names_of(data) == expected.labels.tolist()
    assert data.particles["Probability"][...] == pytest.approx(expected.probabilities)
    assert data.particles["Mutual Information"][...] == pytest.approx(expected.mutual_information)
    for label in LABELS:
        count = expected.counts().get(label, 0)
        assert data.attributes[f"Arise.count.{label}"] == count
        assert data.attributes[f"Arise.fraction.{label}"] == pytest.approx(count / len(atoms))
    assert {kind.name for kind in data.particles["Structure Type"].types} == set(expected.counts())


def test_passes_and_seed_are_parameters(checkpoint, atoms):
    expected = arise_zoo.classify_atoms(atoms, checkpoint, 3, 5)
    data = pipeline_of(atoms, AriseModifier(model=checkpoint, n_samples=3, seed=5)).compute()
    assert data.particles["Mutual Information"][...] == pytest.approx(expected.mutual_information)


def test_particles_that_are_not_selected_are_taken_for_absent(checkpoint, atoms):
    left = atoms.positions[:, 0] < 8
    select = ExpressionSelectionModifier(expression="Position.X < 8")
    data = pipeline_of(atoms, select, AriseModifier(model=checkpoint, only_selected=True)).compute()
    expected = arise_zoo.classify_atoms(atoms[left], checkpoint)
    assert np.array(names_of(data))[left].tolist() == expected.labels.tolist()
    assert set(np.array(names_of(data))[~left]) == {"other"}
    assert np.isnan(data.particles["Probability"][...][~left]).all()
    assert sum(data.attributes[f"Arise.count.{label}"] for label in LABELS) == left.sum()


def test_types_replace_those_of_another_modifier_and_lattices_have_ovito_s_colours(checkpoint, atoms):
    matching = PolyhedralTemplateMatchingModifier()
    data = pipeline_of(atoms, matching, AriseModifier(model=checkpoint)).compute()
    kinds = {kind.name: kind for kind in data.particles["Structure Type"].types}
    assert set(kinds) <= set(LABELS)
    colours, own = type_colours(LABELS), {kind.name: tuple(kind.color) for kind in matching.structures}
    assert (colours["fcc_cu"], colours["bcc_w"], colours["unknown"]) == (own["FCC"], own["BCC"], own["Other"])
    assert len(set(colours.values())) == len(LABELS)
    shown = np.array([kinds[name].color for name in names_of(data)])
    assert data.particles["Color"][...] == pytest.approx(shown)


def test_labels_and_counts_are_exported(checkpoint, atoms, tmp_path):
    pipeline = pipeline_of(atoms, AriseModifier(model=checkpoint))
    columns = ["Particle Type", "Position.X", "Position.Y", "Position.Z", "Structure Type", "Mutual Information"]
    export_file(pipeline, tmp_path / "labelled.xyz", "xyz", columns=columns)
    again = ase.io.read(tmp_path / "labelled.xyz", format="extxyz")
    expected = arise_zoo.classify_atoms(atoms, checkpoint)
    assert again.arrays["structure_type"].tolist() == expected.labels.tolist()
    export_file(pipeline, tmp_path / "shares.txt", "txt/attr", columns=["Frame", "Arise.count.nacl"])
    assert (tmp_path / "shares.txt").read_text().split()[-1] == str(expected.counts().get("nacl", 0))


def test_a_picture_shows_the_colours_of_the_types(checkpoint, atoms, tmp_path):
    pipeline = pipeline_of(atoms, AriseModifier(model=checkpoint))
    pipeline.add_to_scene()
    view = Viewport(type=Viewport.Type.Front)
    view.zoom_all()
    renderer = TachyonRenderer(ambient_occlusion=False, shadows=False, antialiasing=False)
    try:
        view.render_image(size=(60, 60), filename=str(tmp_path / "labelled.png"), renderer=renderer)
    except RuntimeError as error:
        pytest.skip(f"OVITO cannot draw here: {str(error).splitlines()[0]}")
    finally:
        pipeline.remove_from_scene()
    pixels = imread(tmp_path / "labelled.png")[..., :3].reshape(-1, 3)
    coloured = pixels[np.ptp(pixels, axis=1) > 0.1]
    hues = coloured / coloured.max(axis=1, keepdims=True)  # without their shading
    for label in set(arise_zoo.classify_atoms(atoms, checkpoint).counts()) - {"unknown"}:  # which is grey
        colour = np.array(type_colours(LABELS)[label])
        assert (np.abs(hues - colour / colour.max()).max(axis=1) < 0.05).any(), label


def test_ovito_finds_the_modifier_by_the_package_s_entry_point():
    group = "OVITO.Modifier"
    ((name, value),) = ProjectMetadata(str(Path(__file__).parents[1]), None).core.entry_points[group].items()
    assert EntryPoint(name, value, group).load() is AriseModifier


def test_bad_input_gets_one_sentence(checkpoint, atoms):
    with pytest.raises(UnknownNameError, match="unknown model or folder 'arise-locla'"):
        pipeline_of(atoms, AriseModifier(model="arise-locla")).compute()
    with pytest.raises(StructureError, match="no particles are selected"):
        pipeline_of(atoms, AriseModifier(model=checkpoint, only_selected=True)).compute()
