"""The nearest of many vectors: the same as by comparing all, and the graph of usearch agrees."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arise_zoo.common.seeds import rng_for
from arise_zoo.index import neighbours
from arise_zoo.index.grouping import groups
from arise_zoo.index.neighbours import Neighbours


def by_brute_force(vectors, query, k):
    distances = np.linalg.norm(vectors.astype(float) - query, axis=2).min(axis=1)
    order = np.lexsort((np.arange(len(vectors)), distances))[:k]
    return order, distances[order]


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**9), n=st.integers(1, 400), views=st.integers(1, 3), k=st.integers(1, 12))
def test_they_are_those_of_comparing_all(seed, n, views, k):
    rng = rng_for("neighbours", seed)
    vectors = rng.standard_normal((n, views, 8)).astype(np.float32)
    query = vectors[rng.integers(n), 0] + 0.1 * rng.standard_normal(8).astype(np.float32)
    rows, distances = Neighbours(vectors).nearest(query, k)
    expected, expected_distances = by_brute_force(vectors, query, k)
    assert rows.tolist() == expected.tolist()
    assert distances == pytest.approx(expected_distances, abs=1e-12)


def test_a_vector_of_the_library_is_at_distance_0():
    vectors = 1000.0 + rng_for("far from the origin").standard_normal((500, 1, 16)).astype(np.float32)
    rows, distances = Neighbours(vectors).nearest(vectors[123, 0], 3)
    assert rows[0] == 123 and distances[0] == 0.0


def test_the_graph_of_usearch_finds_the_same(tmp_path):
    pytest.importorskip("usearch")
    rng = rng_for("graph")
    vectors = rng.standard_normal((3000, 2, 16)).astype(np.float32)
    neighbours.write_graph(tmp_path / "graph", vectors.reshape(-1, 16))
    graph = neighbours.read_graph(tmp_path / "graph", 16)
    right = 0
    for query in rng.standard_normal((50, 16)).astype(np.float32):
        found = Neighbours(vectors, 2, graph).nearest(query, 5)
        expected = by_brute_force(vectors, query, 5)
        right += np.isin(found[0], expected[0]).sum()
    assert right >= 0.98 * 250


def test_of_many_entries_the_first_vectors_propose_and_all_decide(monkeypatch):
    monkeypatch.setattr(neighbours, "_ALL_BELOW", 0)
    rng = rng_for("first vectors")
    vectors = np.repeat(rng.standard_normal((2000, 1, 16)), 4, axis=1)
    vectors = (vectors + 0.1 * rng.standard_normal(vectors.shape)).astype(np.float32)
    for query in vectors[:20, 3] + np.float32(0.01):  # nearest to a vector that is not among the first
        rows, distances = Neighbours(vectors, 1).nearest(query, 3)
        expected, expected_distances = by_brute_force(vectors, query, 3)
        assert rows.tolist() == expected.tolist() and distances == pytest.approx(expected_distances, abs=1e-12)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**9), n=st.integers(0, 60))
def test_groups_hold_what_is_within_the_tolerance_of_their_first(seed, n):
    rng = rng_for("groups", seed)
    centres = rng.standard_normal((6, 12))
    vectors = centres[rng.integers(6, size=n)] + 0.01 * rng.standard_normal((n, 12))
    keys, lengths = [f"key {i}" for i in rng.integers(2, size=n)], np.exp(0.5 * rng.integers(2, size=n))
    found = list(groups(vectors, 0.2, keys, lengths))
    free = set(range(n))
    expected = []
    for row in range(n):
        if row in free:
            same = [
                j
                for j in sorted(free)
                if keys[j] == keys[row]
                and lengths[j] == lengths[row]
                and np.linalg.norm(vectors[j] - vectors[row]) <= 0.2
            ]
            free -= set(same)
            expected += [same] if len(same) > 1 else []
    assert found == expected
