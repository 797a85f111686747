"""The smoke run finds what would fail, in methods that break the protocol one way each."""

import json
import re

import numpy as np
import pytest
from ase import Atoms

from arise_zoo.benchmark.plan import Plan, Sampling
from arise_zoo.benchmark.smoke import _asked, smoke
from arise_zoo.benchmark.submission import SubmissionError, check_method
from arise_zoo.benchmark.tables import SUPPORTED, table_conditions
from arise_zoo.benchmark.vectors import is_stored
from arise_zoo.cli.bench import main
from arise_zoo.methods import MethodError, Prediction, resolve
from tests.fake_methods import FakeMethod

pytestmark = pytest.mark.usefixtures("use_outside_package")


class Sound(FakeMethod):
    """A method that is sound, however wrong its labels."""

    name = "sound"


class Described(Sound):
    """Takes descriptors, and does not say which."""

    structures_at_once = 64

    def predict_vectors(self, vectors):
        return ["fcc_cu"] * len(vectors)


class Fickle(Sound):
    rng = np.random.default_rng(0)

    def predict(self, atoms):
        return self.recognises[self.rng.integers(3)]


class Meddling(Sound):
    def predict(self, atoms):
        atoms.positions += 1.0
        return "fcc_cu"


class Fragile(Sound):
    def predict(self, atoms):
        return "fcc_cu" if atoms.pbc.any() or atoms.get_all_distances()[0, 1] else "unknown"


class Rooted(Sound):
    def __init__(self):
        self.answer = lambda: "fcc_cu"  # does not survive pickle


class Boasting(Sound):
    probabilistic = True

    def predict(self, atoms):
        return Prediction("fcc_cu", 0.99, np.array([0.5, 0.3, 0.2]))


class Misspelt(Sound):
    def predict(self, atoms):
        return "fcc_co"


def faults(method):
    return {check.name: check.said for check in smoke(method) if not check.passed}


@pytest.mark.parametrize("name", ["ptm", "cosine", "coordination"])
def test_sound_methods_pass(name):
    assert faults(name) == {}


def test_a_sound_object_passes_and_its_time_is_told():
    checks = smoke(Sound())
    assert all(check.passed for check in checks)
    assert re.search(r"ms a structure of \d+ atoms; .* take \d+ (s|min|h) to \d+ (s|min|h) on", checks[-1].said)
    assert re.search(r"0\.0 MB travel to each worker, once; .* up to \d+ MB", checks[-2].said)


def test_a_descriptor_of_the_data_sets_may_leave_out_defaults():
    assert is_stored({}) and is_stored({"sigma": 0.1, "thermal_displacement": 0})
    assert not is_stored({"sigma": 0.12}) and not is_stored({"kind": "channels"})
    assert resolve(Described()).descriptor == {}
    with pytest.raises(MethodError, match=r"descriptor=\['sigma'\]; it must be parameters by name"):
        resolve(type("Listed", (Described,), {"descriptor": ["sigma"]})())


def test_the_time_of_whole_tables_counts_all_their_structures():
    plan = Plan(resolve(Sound()).facts, Sampling(seed=0))
    sizes = [s.n_atoms for c in table_conditions("2") for s, _ in plan.weighted_structures(c, SUPPORTED)]
    n, n_atoms = _asked(plan, ["2"])
    assert n == len(sizes) and abs(n_atoms / sum(sizes) - 1) < 0.2
    assert "all tables of the paper have" in smoke(Sound())[-1].said


def test_what_an_interruption_would_lose_is_told(monkeypatch):
    monkeypatch.setattr("arise_zoo.benchmark.smoke._LONG", 0.0)
    assert "64 structures at once take" in smoke(Described())[-1].said


def test_what_stored_descriptors_would_spare_is_told():
    said = {name: next(c.said for c in smoke(name) if c.name == "descriptors") for name in ("cosine", "arise-field")}
    assert "with --data" in said["cosine"] and "with --descriptors" in said["arise-field"]


@pytest.mark.parametrize(
    ("method", "check", "sentence"),
    [
        (Fickle(), "says the same when asked again", "seed whatever is random"),
        (Meddling(), "leaves structures as they are", "let it work on a copy"),
        (Fragile(), "bears a single atom", "IndexError"),
        (Rooted(), "survives pickle, by which it travels to workers", "pickle"),
        (Boasting(), "answers as the protocol says", "highest probability is 0.5"),
        (Misspelt(), "answers as the protocol says", "did it mean 'fcc_cu'"),
        (Atoms("H"), "follows the protocol", "has no attribute"),
    ],
)
def test_each_fault_is_found_and_said(method, check, sentence):
    found = faults(method)
    assert sentence in found[check]


def test_the_command_lists_the_checks_and_fails_if_one_does(tmp_path, capsys):
    assert main(["--method", "coordination", "--smoke", "--json", str(tmp_path / "checks.json")]) == 0
    assert "ok    follows the protocol" in capsys.readouterr().out
    assert all(check["passed"] for check in json.loads((tmp_path / "checks.json").read_text())["coordination"])
    assert main(["--method", "coordinatoin", "--smoke"]) == 2
    captured = capsys.readouterr()
    assert "FAIL  follows the protocol" in captured.out and "would fail" in captured.err


def test_results_of_a_method_that_fails_are_not_submitted(monkeypatch):
    monkeypatch.setattr("arise_zoo.benchmark.smoke.get_method", lambda name: Fickle())
    with pytest.raises(SubmissionError, match="fails the smoke test: says the same when asked again"):
        check_method("coordination")
    assert not check_method("nobodys")
