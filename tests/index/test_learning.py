"""What the meaning of distances is fitted to: shares that are accepted are those that were asked for."""

import numpy as np

from arise_zoo.common.seeds import rng_for
from arise_zoo.index.answers import NONE, SAME, SIMILAR
from arise_zoo.index.learning import asked_of, calibrated, distances_to, folds_of, judged, noise_of, projection, share


def example():
    """Points near the places of 60 groups in 5 dimensions, asked of a library without a third of the groups."""
    rng = rng_for("learning")
    places, groups = 3.0 * rng.standard_normal((60, 5)), np.repeat(np.arange(60), 20)
    queries = places[groups] + 0.2 * rng.standard_normal((len(groups), 5))
    return places, queries, groups, folds_of(groups, "learning")


def test_distances_are_to_the_nearest_view():
    places, queries, _, _ = example()
    matrix = rng_for("matrix").standard_normal((5, 3))
    found = distances_to(queries, places.reshape(20, 3, 5), matrix)
    expected = np.linalg.norm(((queries[:, None] - places) @ matrix), axis=2).reshape(-1, 20, 3).min(axis=2)
    assert np.allclose(found, expected, atol=1e-6)


def test_each_third_of_the_groups_is_judged_without_it_and_few_strangers_are_accepted():
    places, queries, groups, folds = example()
    parts = []
    for left_out in range(3):
        kept = folds_of(np.arange(60), "learning") != left_out
        apart = distances_to(queries, places[kept][:, None], np.eye(5))
        parts.append(asked_of(apart, np.arange(60)[kept], groups, folds == left_out))
    asked = parts[0] + parts[1] + parts[2]
    assert asked.unknown.mean() == 1 / 3 and not asked.right[asked.unknown].any()
    weights = np.ones(len(asked.query))
    own = calibrated(asked, weights, 0.01)
    strangers = own.probabilities(asked.nearest, asked.other)[asked.unknown]
    assert (strangers >= own.same).mean() <= 0.01 and (strangers >= own.similar).mean() <= 0.05
    assert own.similar <= own.same
    said, _ = judged(asked, weights, folds[asked.query], 0.01)
    known = ~asked.unknown
    assert share(said[known], SAME, weights[known]) > 0.9
    assert share(said[asked.unknown], NONE, weights[asked.unknown]) > 0.85
    assert abs(share(said, SIMILAR, weights) + share(said, NONE, weights) - 1) < 1e-12


def test_a_projection_makes_noise_round_where_groups_differ():
    rng = rng_for("projection")
    stretched = np.diag([2.0, 1.0, 0.8, 1.0])
    views = rng.standard_normal((30, 1, 4))
    rows = np.concatenate([view + 0.01 * rng.standard_normal((200, 4)) @ stretched for view in views])
    noise = np.concatenate([noise_of(rows[200 * i : 200 * (i + 1)], view) for i, view in enumerate(views)])
    turned = noise @ projection(noise, views[:, 0], 2)
    assert np.allclose(turned.T @ turned / len(noise), np.eye(2), atol=0.02)
