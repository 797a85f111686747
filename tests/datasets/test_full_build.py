"""The whole data sets, at full size."""

import pytest

from arise_zoo.datasets import build, verify


@pytest.mark.slow
@pytest.mark.parametrize(("dataset", "rows"), [("prototypes", 39_204 + 396 + 108 + 1_188), ("defects", 141_120)])
def test_a_full_build_holds_every_row_and_is_good(tmp_path, dataset, rows):
    report = verify(build(dataset, tmp_path, n_jobs=-1))
    assert report.problems == []
    assert report.complete and report.rows == rows
