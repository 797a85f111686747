"""The shipped descriptors of pristine structures and what is fitted on them."""

import shutil

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from arise_zoo.descriptors import AveragedSOAP
from arise_zoo.models.baselines.pristine_vectors import (
    FOLDER,
    class_similarities,
    fitted_random_forest,
    load_pristine_vectors,
)
from arise_zoo.models.checkpoint import CheckpointError
from arise_zoo.prototypes import class_ids
from arise_zoo.structures import StructureSpec, pristine_structures


@pytest.fixture(scope="module")
def rows():
    return load_pristine_vectors()


def test_the_rows_are_all_pristine_structures_at_three_scales(rows):
    assert sorted(set(rows.structures)) == sorted(spec.id for spec in pristine_structures())
    assert len(rows.structures) == 3 * 396 and set(rows.extrinsic_scales) == {0.95, 1.0, 1.05}
    assert [class_ids()[i] for i in rows.labels] == [s.partition("/")[0] for s in rows.structures]


@pytest.mark.parametrize("row", [0, 100, 601, 1187])
def test_a_row_is_the_descriptor_of_its_structure(rows, row):
    soap = AveragedSOAP(
        r_cut=4.0, sigma=0.1, n_max=9, l_max=6, basis="quip", extrinsic_scale=float(rows.extrinsic_scales[row])
    )
    expected = soap.create(StructureSpec.from_id(str(rows.structures[row])).build())
    np.testing.assert_allclose(rows.descriptors[row], expected, atol=1e-6)


def test_the_most_similar_class_is_that_of_scikit_learns_nearest_neighbour(rows):
    noisy = rows.descriptors + np.random.default_rng(0).normal(0, 0.02, rows.descriptors.shape)
    central = rows.extrinsic_scales == 1.0
    nearest = NearestNeighbors(n_neighbors=1, metric="cosine", algorithm="brute").fit(rows.descriptors[central])
    distances, places = nearest.kneighbors(noisy)
    similarities = class_similarities(noisy)
    np.testing.assert_allclose(similarities.max(axis=1), 1 - distances[:, 0], atol=1e-9)
    assert np.array_equal(similarities.argmax(axis=1), rows.labels[central][places[:, 0]])


def test_both_are_right_on_every_pristine_structure(rows):
    central = rows.extrinsic_scales == 1.0
    for scores in (fitted_random_forest().predict_proba, class_similarities):
        assert np.array_equal(scores(rows.descriptors[central]).argmax(axis=1), rows.labels[central])


def test_the_forest_is_the_same_when_it_is_grown_again(rows):
    first = fitted_random_forest().predict_proba(rows.descriptors[::50])
    fitted_random_forest.cache_clear()
    assert np.array_equal(fitted_random_forest().predict_proba(rows.descriptors[::50]), first)


def test_changed_rows_are_refused(tmp_path):
    folder = shutil.copytree(FOLDER, tmp_path / "vectors")
    (folder / "vectors.npz").write_bytes((folder / "vectors.npz").read_bytes()[:-1] + b"x")
    with pytest.raises(CheckpointError, match="does not match its SHA-256"):
        load_pristine_vectors(folder)
