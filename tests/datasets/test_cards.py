"""Cards: what the Hub wants of them, and no number that was typed by hand."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml
from datasets import Features
from huggingface_hub import DatasetCard
from small_builds import CONDITION, LIMIT, OTHER

from arise_zoo.datasets import DATASETS, get_config, list_datasets
from arise_zoo.datasets.card_facts import NEAR_PAIRS, conflicting_numbers, crystal_systems
from arise_zoo.datasets.cards import card_text
from arise_zoo.datasets.manifest import File, Manifest, released_manifest
from arise_zoo.prototypes import class_ids

ROOT = Path(__file__).parents[2]
SECTIONS = (
    "Dataset Details", "Uses", "Dataset Structure", "Dataset Creation", "Bias, Risks and Limitations", "Citation",
)  # fmt: skip


def full_manifest(dataset: str) -> Manifest:
    """The manifest of a whole build, sizes aside."""
    manifest = Manifest(dataset)
    for config in DATASETS[dataset]:
        for split in config.splits:
            manifest.files.append(File(config.path(split), "0" * 64, 1_000_000, config.name, split, 5_880, 2_000_000))
    return manifest


@pytest.fixture(params=DATASETS)
def card(request) -> DatasetCard:
    return DatasetCard(card_text(full_manifest(request.param)))


def test_every_configuration_has_version_files_and_schema_and_one_is_the_default(card):
    data = card.data.to_dict()
    dataset = {"pristine": "prototypes", "solids": "dynamics"}.get(data["configs"][0]["config_name"], "defects")
    assert [config["config_name"] for config in data["configs"]] == [config.name for config in DATASETS[dataset]]
    assert {config["version"] for config in data["configs"]} == {"1.0.0"}
    assert [config.get("default") for config in data["configs"]] == [True] + [None] * (len(data["configs"]) - 1)
    for info in data["dataset_info"]:
        features = Features._from_yaml_list(info["features"])
        assert features == get_config(dataset, info["config_name"]).features()
    assert data["license"] == "cc-by-4.0" and data["pretty_name"] and data["tags"] and data["task_categories"]
    assert data["size_categories"] == ["100K<n<1M" if dataset == "defects" else "10K<n<100K"]


def test_a_card_has_the_sections_that_the_hub_expects_and_no_placeholder_is_left(card):
    assert [line[3:] for line in card.text.splitlines() if line.startswith("## ")] == list(SECTIONS)
    assert "### Out-of-scope use" in card.text and "### Annotations" in card.text
    assert not re.search(r"\$\{?\w", card.text)
    for doi in ("10.1038/s41467-021-26511-5", "10.5281/zenodo.5526927"):
        assert doi in card.text


def test_a_card_states_known_conflicts_openly(card):
    assert len(conflicting_numbers()) == 22 and len(crystal_systems()) == 6
    for prototype in (*conflicting_numbers(), *crystal_systems()):
        row = f"| `{prototype.id}` | {prototype.name} | {prototype.space_group.number} "
        assert row in card.text
    for pair in NEAR_PAIRS:
        assert set(pair) <= set(class_ids()) and all(f"(`{class_id}`)" in card.text for class_id in pair)
    assert '"hcp (Mn)", is Mg' in card.text
    assert "(`pba2i4`), holds C16H48Br4Cl4Ge2N4" in card.text


@pytest.mark.parametrize("dataset", DATASETS)
def test_templates_hold_no_numbers_of_their_own(dataset):
    prose, _ = (ROOT / "dataset_cards" / f"{dataset}.md").read_text().split("## Citation")
    for name in ("float64", "float32", "CC BY 4.0", "train-00000"):
        prose = prose.replace(name, "")
    assert re.findall(r"\d+", prose) == []


def test_a_partial_build_says_so_on_its_card(small_builds):
    text = (small_builds / "arise/defects/README.md").read_text()
    assert f"the first {LIMIT} structures" in text and "This is a partial build" in text
    assert f"Of 24 configurations this folder holds 2**: {CONDITION}, {OTHER}" in text
    assert "partial" not in card_text(full_manifest("defects"))


def test_the_wheel_carries_the_templates_and_uses_them(tmp_path):
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        for dataset in DATASETS:
            assert archive.read(f"arise_zoo/datasets/cards/{dataset}.md").decode() == (
                ROOT / "dataset_cards" / f"{dataset}.md"
            ).read_text(encoding="utf-8")
        archive.extractall(tmp_path / "installed")
    script = "from arise_zoo.datasets.cards import _template; print(_template('defects')[:9])"
    result = subprocess.run([sys.executable, "-c", script], cwd=tmp_path / "installed", capture_output=True, text=True)
    assert result.stdout == "# Defects\n", result.stderr


def test_what_is_listed_is_what_the_package_carries_the_hashes_of():
    for entry in list_datasets():
        manifest = released_manifest(f"arise/{entry.name}", f"v{entry.version}")
        assert set(entry.configs) == {file["config"] for file in manifest["files"] if file.get("config")}


def test_a_build_registers_the_conditions_that_it_holds_as_tasks_of_a_benchmark(small_builds):
    for dataset, conditions in (("prototypes", ["pristine"]), ("defects", [CONDITION, OTHER])):
        folder = small_builds / "arise" / dataset
        tasks = yaml.safe_load((folder / "eval.yaml").read_text())["tasks"]
        assert [task["id"] for task in tasks] == conditions
        assert "eval.yaml" in [file.path for file in Manifest.read(folder).of(None)]
        splits = {c["config_name"]: c["data_files"] for c in DatasetCard.load(folder / "README.md").data.configs}
        assert all(task["split"] in [file["split"] for file in splits[task["config"]]] for task in tasks)
