"""Clusters, embeddings and similarities against scikit-learn and against what was put into the data."""

import json
import re
import time

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import make_blobs
from sklearn.metrics import adjusted_rand_score
from sklearn.metrics.pairwise import cosine_similarity

from arise_zoo.analysis import (
    Clustering,
    Embedding,
    cosine_similarity_matrix,
    explore,
    exploring,
    mean_similarity,
    strided_pattern_matching,
)
from arise_zoo.cli.zoo import main
from arise_zoo.errors import AriseZooError, UnknownNameError
from arise_zoo.generators import voronoi_polycrystal

X, TRUTH = make_blobs(240, 6, centers=3, cluster_std=0.6, random_state=0)


def test_clusters_are_those_that_were_put_in_and_agree_with_scikit_learn():
    from sklearn.cluster import HDBSCAN

    found = Clustering(min_cluster_size=20).fit_predict(X)
    assert adjusted_rand_score(TRUTH, found) == 1
    assert adjusted_rand_score(HDBSCAN(min_cluster_size=20, copy=True).fit_predict(X), found) > 0.95


def test_soft_clusters_take_in_points_by_their_membership():
    noisy = np.concatenate([X, X[:5] + 2.5])
    soft = Clustering(20, membership_threshold=0.1).fit(noisy)
    assert soft.membership_.shape == (245, 3) and soft.membership_.min() >= 0
    member = soft.membership_.max(axis=1) >= 0.1
    assert np.array_equal(soft.labels_ >= 0, member)
    assert np.array_equal(soft.labels_[member], soft.membership_.argmax(axis=1)[member])
    strict = Clustering(20, membership_threshold=0.99).fit(noisy)
    assert (strict.labels_ >= 0).sum() < (soft.labels_ >= 0).sum()


def test_an_embedding_keeps_neighbours_together_and_follows_from_its_seed():
    first, again = (Embedding(n_neighbors=30, min_dist=0.1, seed=1).fit_transform(X) for _ in range(2))
    assert first.shape == (240, 2) and np.array_equal(first, again)
    nearest = ((first[:, None] - first) ** 2).sum(-1) + 1e9 * np.eye(240)
    assert (TRUTH[nearest.argmin(axis=1)] == TRUTH).mean() > 0.99


def test_an_embedding_tells_its_epochs(monkeypatch, capsys):
    monkeypatch.setattr("arise_zoo.common.progress._SECONDS_BETWEEN_LINES", 0.0)
    shown = Embedding(n_neighbors=10, seed=1, progress=True).fit_transform(X)
    lines = capsys.readouterr().err.splitlines()
    assert lines and all(re.fullmatch(r"embedding, epochs: \d+ of 500(, \d+ s left)?", line) for line in lines)
    assert np.array_equal(shown, Embedding(n_neighbors=10, seed=1).fit_transform(X))
    assert capsys.readouterr().err == ""


def test_the_time_of_clustering_is_told_before_it_begins(monkeypatch, capsys):
    monkeypatch.setattr(exploring, "_LONG", 0.0)
    vectors = np.random.default_rng(0).normal(size=(4000, 60)) + np.repeat(np.eye(4, 60) * 20, 1000, axis=0)
    exploring._announce(vectors, Clustering(200))
    (seconds,) = re.findall(r"^clustering 4000 boxes: about (\d+) s$", capsys.readouterr().err)
    started = time.monotonic()
    Clustering(200).fit(vectors)
    taken = time.monotonic() - started
    assert taken / 10 < float(seconds) + 0.5 < 10 * taken + 1


def test_estimators_are_scikit_learn_s():
    assert clone(Clustering(7, membership_threshold=0.2)).get_params()["min_cluster_size"] == 7
    assert clone(Embedding(9)).set_params(min_dist=0.3).get_params()["min_dist"] == 0.3


def test_similarities_are_cosines():
    assert np.allclose(cosine_similarity_matrix(X[:9], X[5:8]), cosine_similarity(X[:9], X[5:8]))
    names, matrix = mean_similarity(X, TRUTH)
    full = cosine_similarity(X)
    expected = [[full[np.ix_(i == TRUTH, j == TRUTH)].mean() for j in names] for i in names]
    assert np.allclose(matrix, expected)


def test_vectors_that_cannot_be_used_are_refused_in_a_sentence():
    with pytest.raises(AriseZooError, match="at least 500 are needed"):
        Clustering().fit(X)
    with pytest.raises(AriseZooError, match="finite numbers"):
        Embedding().fit(np.full((9, 2), np.nan))
    with pytest.raises(AriseZooError, match="must lie in"):
        Clustering(20, membership_threshold=2).fit(X)


@pytest.fixture(scope="module")
def result_file(tmp_path_factory):
    atoms = voronoi_polycrystal(["fcc_cu", "diamond_c"], (50, 50, 14), 2, dimensions=2, seed=0)
    result = strided_pattern_matching(atoms, box=12.0, stride=5.0, n_samples=10, hidden=(1,), padding=0.0)
    return result.save(tmp_path_factory.mktemp("map") / "result.parquet")


def test_exploring_a_map_writes_pictures_and_a_table(result_file, tmp_path, capsys):
    import pandas as pd

    out = tmp_path / "explored"
    arguments = ["explore", str(result_file), "--out", str(out), "--min-cluster-size", "12", "--neighbours", "15"]
    assert main([*arguments, "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    table = pd.read_parquet(out / "table.parquet")
    assert len(table) == summary["n_boxes"] == len(pd.read_csv(out / "table.csv"))
    assert (table["cluster"] == -1).sum() == summary["n_outliers"]
    assert {"x", "y", "z", "most_probable", "mutual_information", "embedding_1"} <= set(table.columns)
    assert {f["class"] for f in summary["clusters"].values()} >= {"fcc_cu", "diamond_c"}
    assert len(list(out.glob("*.png"))) == 5


def test_features_that_a_map_lacks_are_named(result_file, tmp_path, capsys):
    with pytest.raises(UnknownNameError, match="hidden_1"):
        explore(result_file, tmp_path, features="hidden_2")
    (tmp_path / "file").write_text("")
    for command in (["explore", str(result_file)], ["study", "out-of-sample", "--small"]):
        assert main([*command, "--out", str(tmp_path / "file" / "out")]) == 2
        said = capsys.readouterr().err
        assert "cannot write into" in said and said.count("\n") == 1
    assert main(["explore", str(tmp_path / "none.parquet")]) == 2
    assert "there is no file" in capsys.readouterr().err
