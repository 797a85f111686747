"""The same build on a Dask cluster."""

import pytest
from small_builds import CONDITION, LIMIT
from test_building import parquet, same_rows

from arise_zoo.cli.zoo import main

distributed = pytest.importorskip("distributed")


def test_two_dask_workers_write_the_same_rows(small_builds, tmp_path):
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, local_directory=str(tmp_path / "dask")
    ) as cluster:
        out = tmp_path / "out"
        arguments = ["build", "defects", "--out", str(out), "--only", CONDITION, "--limit", str(LIMIT)]
        assert main([*arguments, "--scheduler", cluster.scheduler_address]) == 0
    same_rows(parquet(out, CONDITION), parquet(small_builds, CONDITION))
