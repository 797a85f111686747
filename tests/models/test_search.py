"""The search: it goes on where it was stopped, keeps all trials, and chooses by defects of other seeds."""

import csv

import numpy as np
import pytest

from arise_zoo.common.storage import sole_run
from arise_zoo.datasets import build
from arise_zoo.errors import AriseZooError
from arise_zoo.models.training import search as module
from arise_zoo.models.training.search import SearchError, candidates, search, select
from arise_zoo.models.training.shipped import make_model

pytest.importorskip("keras_tuner")

QUICK = {"epochs": 1, "n_jobs": 1}


@pytest.fixture(scope="module")
def small_data(tmp_path_factory):
    """The first 8 pristine structures."""
    out = tmp_path_factory.mktemp("data")
    build("prototypes", out, only=["pristine"], limit=8)
    return out


@pytest.fixture(scope="module")
def searched(small_data, tmp_path_factory):
    """A search that was stopped in its second trial, then taken up again and done."""
    folder, tried = tmp_path_factory.mktemp("search"), []
    train = module.train_network

    def stopped(*arguments, **keywords):
        tried.append(1)
        if len(tried) == 2:
            raise KeyboardInterrupt
        return train(*arguments, **keywords)

    with pytest.MonkeyPatch.context() as patch, pytest.warns(UserWarning, match="partial build"):
        patch.setattr(module, "train_network", stopped)
        with pytest.raises(KeyboardInterrupt):
            search(folder, trials=2, folder=small_data, **QUICK)
        assert len(candidates(folder)) == 1
        search(folder, trials=2, folder=small_data, **QUICK)
    assert len(tried) == 3, "the trial that was stopped is made again, the other is kept"
    return folder


def test_all_trials_are_in_a_table_with_values_of_the_papers_space(searched):
    with open(searched / "trials.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["trial"] for row in rows] == ["0", "1"]
    for row in rows:
        units = [int(n) for n in row["hidden"].split(",")]
        assert 2 <= len(units) <= 5 and set(units) <= {256, 512}
        assert int(row["batch_size"]) in (64, 128)
        assert 1e-4 <= float(row["learning_rate"]) <= 1e-2 and 0.01 <= float(row["dropout"]) <= 0.05
        assert 0 <= float(row["validation"]) <= 100


def test_candidates_come_best_first(searched):
    found = candidates(searched)
    assert found[0].validation >= found[1].validation
    assert found[0].plan.recipe.epochs == 1


def test_the_choice_is_by_defects_of_other_seeds(searched):
    table = select(searched, best=2, iterations=1, n_samples=3, conditions=["missing-0.3"], n_jobs=1)
    assert len(table) == 2 and table[0]["mean"] >= table[1]["mean"]
    assert [path.name for path in (searched / "structures").iterdir()] == ["missing-0.3-seed-1-x1.npz"]
    assert table[0]["mean"] == pytest.approx(table[0]["missing-0.3"])
    assert (searched / "selection.csv").read_text().count("\n") == 3


def test_a_trial_that_diverges_ends_at_once_and_counts_as_failed(small_data, tmp_path):
    with pytest.MonkeyPatch.context() as patch, pytest.warns(UserWarning, match="partial build"):
        patch.setattr(module, "LEARNING_RATES", (1e30, 1e31))
        found = search(tmp_path, trials=1, folder=small_data, **QUICK)
    assert len(found) == 1 and np.isnan(found[0].validation)
    with pytest.raises(SearchError, match="no trial"):
        select(tmp_path, conditions=["missing-0.3"])


def test_a_folder_of_another_search_is_left_alone(searched, small_data):
    with pytest.raises(SearchError, match="holds another search"):
        search(searched, trials=2, folder=small_data, epochs=2, n_jobs=1)


def test_a_folder_without_a_search_is_named(tmp_path):
    with pytest.raises(SearchError, match="holds no search"):
        select(tmp_path)


@pytest.mark.filterwarnings("ignore:.*partial build")
def test_a_second_search_or_training_into_a_folder_says_so(small_data, tmp_path):
    with sole_run(tmp_path / ".lock", tmp_path), pytest.raises(AriseZooError, match="another run is writing into"):
        search(tmp_path, trials=1, folder=small_data, **QUICK)
    lock = tmp_path / "arise-mlp.work" / ".lock"
    with sole_run(lock, tmp_path), pytest.raises(AriseZooError, match=r"another run is writing into .*arise-mlp"):
        make_model("arise-mlp", tmp_path, folder=small_data)
    assert not list(tmp_path.rglob("*.lock"))


@pytest.mark.filterwarnings("ignore:.*partial build")
@pytest.mark.parametrize("numbers", [{"trials": 0}, {"trials": -1}, {"epochs": 0}])
def test_a_search_of_nothing_is_refused(small_data, tmp_path, numbers):
    with pytest.raises(AriseZooError, match="must be at least 1"):
        search(tmp_path, folder=small_data, n_jobs=1, **numbers)
