"""`arise-bench` as a user types it, in a process of its own."""

import json
import os

import pytest

from arise_zoo.benchmark.several import all_methods
from arise_zoo.methods import symmetry

BUILT_IN = [
    "ptm",
    "ptm-no-cutoff",
    "cna",
    "a-cna",
    "i-cna",
    "baa",
    "spglib-loose",
    "spglib-tight",
    "matid-sbc",
    "moyo-loose",
    "moyo-tight",
    "structure-matcher",
    "steinhardt",
    "dc3",
    "slcsa",
    "gnb",
    "bnb",
    "random-forest",
    "cosine",
    "arise-mlp",
    "arise-thermal",
    "arise-robust",
    "arise-open",
    "arise-field",
    "arise-local",
]


@pytest.mark.slow
def test_a_run_of_all_methods_leaves_out_what_would_take_days(arise_bench, tmp_path):
    pytest.importorskip("matid")
    options = ["--table", "2,D", "--only", "pristine", "--out", tmp_path, "--jobs", "1"]
    assert arise_bench("--method", "all", *options).returncode == 0
    record = {name: json.loads((tmp_path / name / "record.json").read_text()) for name in ("matid-sbc", "ptm")}
    assert record["matid-sbc"]["table"] == "2" and record["ptm"]["table"] == "2,D"
    assert {cell["scored_on"] for cell in record["matid-sbc"]["cells"]} == {"supported"}


def test_a_run_of_all_methods_leaves_out_those_whose_package_is_not_installed(monkeypatch):
    monkeypatch.setattr(symmetry, "find_spec", lambda name: None)
    left_out = []
    made = [method.name for method in all_methods(left_out.append)]
    assert made == [name for name in BUILT_IN if name not in ("matid-sbc", "moyo-loose", "moyo-tight")]
    assert "matid-sbc needs matid; install it with" in str(left_out[0])


def test_list_names_the_methods_those_of_other_packages_too(arise_bench, outside_package):
    listed = arise_bench("--list", paths=[outside_package])
    assert listed.returncode == 0
    assert [line.split()[0] for line in listed.stdout.splitlines()] == [*BUILT_IN, "coordination"]
    entries = json.loads(arise_bench("--list", "--json", "-").stdout)
    assert [entry["name"] for entry in entries] == BUILT_IN


def test_a_run_prints_ours_the_papers_difference_interval_and_n(arise_bench, tmp_path):
    ran = arise_bench("--method", "cna", "--only", "pristine,missing-0.05", "--iterations", 2, "--jobs", 1)
    assert ran.returncode == 0, ran.stderr
    pristine, missing = ran.stdout.splitlines()[2:4]
    assert pristine.split()[:4] == ["pristine", "66.14", "66.14", "+0.00"]
    assert pristine.split()[-2:] == ["378", "3"]
    assert missing.split()[0] == "missing-0.05"
    assert (tmp_path / "results" / "cna" / "record.json").exists()


def test_json_is_the_record_alone(arise_bench, tmp_path):
    ran = arise_bench("--method", "cna", "--only", "pristine", "--jobs", 1, "--json", "-")
    record = json.loads(ran.stdout)
    assert record["cells"][0]["accuracy"] == pytest.approx(66.1376)
    assert record == json.loads((tmp_path / "results" / "cna" / "record.json").read_text())
    two = arise_bench("--method", "cna,baa", "--only", "pristine", "--jobs", 1, "--json", "records.json")
    assert two.returncode == 0
    assert [r["method"] for r in json.loads((tmp_path / "records.json").read_text())] == ["cna", "baa"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--method", "ptn"], "unknown method 'ptn'; did you mean 'ptm'?"),
        (["--method", "cna", "--table", "S4"], "unknown table 'S4'; choose one of 2, S1, S2, S3, D, M, V."),
        (["--method", "cna", "--only", "missing-0.051"], "unknown condition 'missing-0.051'; did you mean"),
        (["--method", "cna", "--iterations", "0"], "the number of iterations must be at least 1, not 0."),
        (["--method", "cna", "--jobs", "0"], "the number of jobs must be positive, or -1"),
        (["--method", "cna", "--jobs", "1", "--out", "/proc/nowhere"], "/proc/nowhere"),
        (["--method", "cna", "--scheduler", "here"], "'here' is not the address of a Dask scheduler"),
        ([], "name a method with --method"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(arise_bench, arguments, sentence):
    ran = arise_bench(*arguments)
    assert ran.returncode == 2
    assert sentence in ran.stderr
    assert "Traceback" not in ran.stderr
    assert ran.stdout == ""


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_one_sentence(arise_bench, tmp_path):
    (tmp_path / "locked").mkdir(mode=0o500)
    ran = arise_bench("--method", "cna", "--only", "pristine", "--jobs", 1, "--out", tmp_path / "locked")
    assert ran.returncode == 2
    assert "cannot write into" in ran.stderr


def test_a_plug_in_that_fails_to_load_is_named(arise_bench, tmp_path):
    info = tmp_path / "broken-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[arise_zoo.methods]\nbroken = nowhere:method\nptm = nowhere:ptm\n")
    ran = arise_bench("--method", "broken", paths=[tmp_path])
    assert ran.returncode == 2
    assert "method 'broken' of broken cannot be loaded (ModuleNotFoundError: No module named 'nowhere')" in ran.stderr
    twice = arise_bench("--method", "ptm", paths=[tmp_path])
    assert "method 'ptm' is registered by arise-zoo and broken" in twice.stderr
