"""Naive Bayes on the descriptors against the accuracies in the paper: a proof that they are the paper's descriptors."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.naive_bayes import BernoulliNB, GaussianNB

from arise_zoo.descriptors import AveragedSOAP, soap_grid
from arise_zoo.structures import benchmark_structures, pristine_structures

# Leitherer et al. 2021, Table 2 and Supplementary Tables 2 and 3, per cent: GaussianNB, BernoulliNB.
PUBLISHED = {
    "displacement-0.04": (52.72, 56.58),
    "missing-0.2": (52.09, 60.48),
    "both-0.15-0.02": (50.70, 56.26),
}


@pytest.fixture(scope="module")
def pristine():
    """Descriptors of the 396 pristine structures at the 99 settings, and their classes."""
    specs = list(pristine_structures())
    return np.stack([soap_grid(spec.build()).reshape(99, 316) for spec in specs]), [spec.class_id for spec in specs]


@pytest.mark.slow
def test_gaussian_naive_bayes_has_the_published_accuracy_on_pristine_structures(pristine):
    rows, classes = pristine
    model = GaussianNB().fit(rows.reshape(-1, 316), np.repeat(classes, 99))
    central = np.stack([AveragedSOAP().create(spec.build()) for spec in pristine_structures()])
    assert 100 * model.score(central, classes) == pytest.approx(62.63, abs=1.5)


@pytest.mark.slow
@pytest.mark.parametrize("condition", PUBLISHED)
def test_naive_bayes_has_the_published_accuracy_on_defective_structures(condition, pristine):
    rows, classes = pristine
    specs = list(benchmark_structures(condition))
    descriptors = AveragedSOAP().create_many([spec.build() for spec in specs])
    truth = [spec.class_id for spec in specs]
    gaussian, bernoulli = PUBLISHED[condition]
    for model, published, tolerance in ((GaussianNB(), gaussian, 1.5), (BernoulliNB(), bernoulli, 2.5)):
        model.fit(rows.reshape(-1, 316), np.repeat(classes, 99))
        assert 100 * model.score(descriptors, truth) == pytest.approx(published, abs=tolerance)
