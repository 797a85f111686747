"""The paper's studies at their small size: each finds what was published."""

import json
import warnings
from pathlib import Path

import pytest
import spglib

from arise_zoo.analysis import run_study
from arise_zoo.analysis.studies.report import fill_page
from arise_zoo.cli.zoo import main


def test_the_four_grains_are_recognised_with_boundaries_uncertain_and_clusters_as_grains(four_grains_file, tmp_path):
    record = run_study("four-grains", tmp_path, small=True, source=four_grains_file, n_jobs=1)
    for name, least in (("pristine", 95), ("defective", 90)):
        found = record["numbers"][name]
        for grain, share in found["recognised_inside"].items():
            assert share["n"] >= 10 and share["percent"] >= least, (name, grain, share)
        contrast = found["mutual_information_boundary_against_inside"]
        assert contrast["n_high"] >= 10
        assert contrast["probability_of_superiority_ci95"][0] > 0.5
        assert contrast["median_high"] > 10 * contrast["median_low"]
        assert found["n_clusters"] == 4
        assert found["adjusted_rand_index_inside"] > 0.9
        assert found["adjusted_rand_index_clustered"] > 0.9
    assert json.loads((tmp_path / "four-grains.json").read_text()) == record
    assert len(list(tmp_path.glob("*.png"))) == 6


@pytest.mark.slow
def test_at_full_size_the_four_grains_are_as_published(four_grains_file, tmp_path):
    record = run_study("four-grains", tmp_path, source=four_grains_file, n_jobs=-1)
    for name in ("pristine", "defective"):
        found = record["numbers"][name]
        assert min(share["percent"] for share in found["recognised_inside"].values()) > 95
        assert found["n_clusters"] == 4 and found["adjusted_rand_index_clustered"] > 0.95
        contrast = found["mutual_information_boundary_against_inside"]
        assert contrast["probability_of_superiority_ci95"][0] > 0.5
        assert contrast["median_high"] > 10 * contrast["median_low"]


@pytest.mark.slow
def test_at_full_size_the_cube_is_ordered_and_the_matrix_is_not(tmp_path):
    numbers = run_study("superalloy", tmp_path, n_jobs=-1)["numbers"]
    assert numbers["n_atoms"] > 130_000
    assert min(numbers[name]["percent"] for name in ("l12_in_cube", "fcc_in_matrix")) > 95


@pytest.mark.slow
def test_with_a_thousand_passes_c3n_comes_second_to_graphene(stem_graphene_file, tmp_path):
    numbers = run_study("stem-graphene", tmp_path, source=stem_graphene_file)["numbers"]
    assert numbers["rank_of_graphene"] == 1 and numbers["rank_of_c3n"] == 2


def test_graphene_is_seen_in_the_microscope_image(stem_graphene_file, tmp_path):
    numbers = run_study("stem-graphene", tmp_path, small=True, source=stem_graphene_file, n_jobs=1)["numbers"]
    assert numbers["rank_of_graphene"] == 1 and numbers["top_classes"]["graphene"] > 0.8
    assert numbers["boxes_of_graphene"] > 0.9 * numbers["boxes"]
    assert (tmp_path / "stem-graphene.png").is_file()


def test_the_cube_is_ordered_and_the_matrix_is_not(tmp_path):
    numbers = run_study("superalloy", tmp_path, small=True, n_jobs=1)["numbers"]
    for share in (numbers["l12_in_cube"], numbers["fcc_in_matrix"]):
        assert share["n"] >= 8 and share["percent"] > 90


def test_a_page_gets_the_numbers_of_the_records(tmp_path):
    record = {
        "study": "superalloy",
        "small": True,
        "seed": 0,
        "model": "m",
        "numbers": {"a_b": {"n": 3}, "c": 0.25, "c_ci95": [0.1, 0.4]},
    }
    (tmp_path / "superalloy.json").write_text(json.dumps(record))
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- study: superalloy -->\nold\n<!-- end of study -->\nafter\n")
    assert main(["study", "--fill", str(page), "--out", str(tmp_path)]) == 0
    text = page.read_text()
    assert "| a b, n | 3 |  |" in text and "| c | 0.25 | [0.1, 0.4] |" in text and "old" not in text
    assert text.startswith("before\n") and text.endswith("<!-- end of study -->\nafter\n")
    page.write_text("<!-- study: four-grains -->\n<!-- end of study -->\n")
    assert main(["study", "--fill", str(page), "--out", str(tmp_path)]) == 2


def test_the_page_on_analysis_shows_the_numbers_of_its_records(tmp_path):
    docs = Path(__file__).parents[2] / "docs"
    page = tmp_path / "analysis.md"
    page.write_text((docs / "analysis.md").read_text())
    fill_page(page, docs / "figures")
    assert page.read_text() == (docs / "analysis.md").read_text()


def test_the_bain_path_leads_from_bcc_through_tetragonal_to_fcc(tmp_path):
    numbers = run_study("bain-path", tmp_path, small=True, n_jobs=1)["numbers"]
    assert numbers["n"] == 256
    assert numbers["bcc_where_cubic"]["percent"] == 100 and numbers["bcc_where_cubic"]["n"] >= 16
    assert numbers["fcc_where_cubic"]["percent"] == 100 and numbers["fcc_where_cubic"]["n"] >= 3
    assert numbers["tetragonal_between"]["percent"] > 80
    assert numbers["mutual_information_at_transitions"]["probability_of_superiority"] > 0.6
    assert (tmp_path / "bain-path.png").is_file()


def test_prototypes_out_of_sample_are_built_as_aflow_has_them_and_answered_beside_the_paper(tmp_path):
    from pymatgen.analysis.prototypes import AflowPrototypeMatcher  # the test extra brings it
    from pymatgen.io.ase import AseAtomsAdaptor

    from arise_zoo.analysis.studies.out_of_sample import build, prototypes

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # which versions of pymatgen give
        matcher = AflowPrototypeMatcher()
    known = 0
    for record in prototypes():
        atoms = build(record)
        found = matcher.get_prototypes(AseAtomsAdaptor.get_structure(atoms))
        labels = {entry["tags"]["aflow"] for entry in found or ()}
        assert not labels or record["aflow"] in labels, record["name"]
        known += bool(labels)
        cell = (atoms.cell.array, atoms.get_scaled_positions(), atoms.numbers)
        assert spglib.get_symmetry_dataset(cell).number == record["space_group"], record["name"]
    assert known >= 8
    numbers = run_study("out-of-sample", tmp_path, small=True)["numbers"]
    assert numbers["n"] == 10 and numbers["n_with_published_mutual_information"] == 8 and numbers["n_agreeing"] >= 2
    assert numbers["prototypes"]["NbO"]["classes"]["nacl"] > 0.5
    assert numbers["prototypes"]["4H-SiC"]["classes"]["wurtzite_zns"] > 0.5


def test_mutual_information_falls_as_a_particle_is_annealed(tmp_path):
    numbers = run_study("order-parameter", tmp_path, small=True, n_jobs=1)["numbers"]
    assert numbers["falls_monotonically_from"] >= 0.06 and numbers["falls_monotonically_to"] <= 0.02
    assert numbers["mutual_information"][-1] < 0.06 * max(numbers["mutual_information"])
    start, end = numbers["mutual_information"][3], numbers["mutual_information"][-1]
    assert start > 5 * end and numbers["share_l10"][-1] == 1
