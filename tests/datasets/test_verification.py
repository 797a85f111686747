"""`verify` finds what was changed, says where, and takes a partial build only for a partial build."""

import json
import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from small_builds import CONDITION, LIMIT, OTHER

from arise_zoo.cli.zoo import main
from arise_zoo.common.storage import sha256
from arise_zoo.datasets import verify
from arise_zoo.datasets.cards import write_card
from arise_zoo.datasets.manifest import Manifest, ManifestError

PATH = f"{CONDITION}/test-00000-of-00001.parquet"


@pytest.fixture
def copy(small_builds, tmp_path) -> Path:
    """A copy of the small build's arise/defects, to be spoiled."""
    return Path(shutil.copytree(small_builds / "arise/defects", tmp_path / "defects"))


def seal(folder: Path, **changes) -> None:
    """Make manifest and card agree with the files, as someone would who covers up a change."""
    manifest = Manifest.read(folder)
    for name, value in changes.items():
        setattr(manifest, name, value)
    for _ in range(2):
        for i, file in enumerate(manifest.files):
            path = folder / file.path
            rows = pq.read_metadata(path).num_rows if file.config else None
            content = {**vars(file), "sha256": sha256(path), "size": path.stat().st_size, "rows": rows}
            manifest.files[i] = type(file)(**content)
        write_card(folder, manifest)
    manifest.write(folder)


def rewrite(folder: Path, change) -> None:
    """Rewrite the first condition's Parquet file with `change(table)` and cover it up."""
    table = change(pq.read_table(folder / PATH))
    pq.write_table(table, folder / PATH)
    seal(folder)


def replace_cell(table: pa.Table, name: str, row: int, change) -> pa.Table:
    column, kind = table[name].to_pylist(), table.schema.field(name).type
    column[row] = change(column[row])
    return table.set_column(table.column_names.index(name), table.schema.field(name), pa.array(column, kind))


def only_problem(folder: Path, **options):
    report = verify(folder, **options)
    assert len(report.problems) == 1, report.problems
    return report.problems[0]


def test_a_good_build_has_no_problems_and_says_that_it_is_partial(small_builds):
    report = verify(small_builds / "arise/defects", sample=5)
    assert report.ok and not report.complete
    assert (report.limit, report.rows, report.rebuilt) == (LIMIT, 2 * LIMIT, 10)
    assert report.configs == [CONDITION, OTHER] and len(report.missing_configs) == 22
    report = verify(small_builds / "arise/prototypes", sample=5)
    assert report.ok and (report.rows, report.rebuilt) == (8 * 99 + 8 + 8 + 8 * 3, 20)


def test_all_rows_can_be_built_anew(small_builds):
    report = verify(small_builds / "arise/defects", sample=10_000)
    assert report.ok and report.rebuilt == 2 * LIMIT
    assert report.largest_descriptor_difference < 1e-6


def test_a_flipped_bit_is_found_by_its_hash(copy):
    data = bytearray((copy / PATH).read_bytes())
    data[len(data) // 2] ^= 1
    (copy / PATH).write_bytes(data)
    assert f"{PATH}: does not match its SHA-256" in map(str, verify(copy, sample=0).problems)


def test_a_truncated_file_is_found_by_its_size(copy):
    (copy / PATH).write_bytes((copy / PATH).read_bytes()[:-7])
    messages = [str(problem) for problem in verify(copy, sample=0).problems]
    assert any("bytes instead of" in message for message in messages)
    assert any("cannot be read" in message for message in messages)


def test_a_missing_file_is_named(copy):
    (copy / PATH).unlink()
    assert str(only_problem(copy, sample=0)) == f"{PATH}: is missing"


def test_a_file_that_is_not_listed_is_named(copy):
    (copy / CONDITION / "more.parquet").write_bytes(b"")
    assert str(only_problem(copy, sample=0)) == f"{CONDITION}/more.parquet: is not in the manifest"


@pytest.mark.parametrize("name", ["positions", "numbers"])
def test_a_structure_changed_in_its_last_bit_is_found_by_rebuilding_its_row(copy, name):
    def change(value):
        value = np.array(value)
        value.flat[0] = np.nextafter(value.flat[0], 100) if name == "positions" else value.flat[0] + 1
        return value.tolist()

    rewrite(copy, lambda table: replace_cell(table, name, 7, change))
    problem = only_problem(copy, sample=LIMIT)
    assert (problem.file, problem.row) == (PATH, 7) and name in problem.message


def test_a_descriptor_changed_beyond_1e_6_is_found_by_rebuilding_its_row(copy):
    rewrite(copy, lambda table: replace_cell(table, "descriptor", 3, lambda v: [v[0] + 2e-6, *v[1:]]))
    problem = only_problem(copy, sample=LIMIT)
    assert (problem.file, problem.row) == (PATH, 3) and "descriptor is off by 2" in problem.message


def test_a_descriptor_that_is_not_a_number_is_found_without_rebuilding(copy):
    rewrite(copy, lambda table: replace_cell(table, "descriptor", 3, lambda v: [float("nan"), *v[1:]]))
    problem = only_problem(copy, sample=0)
    assert problem.row == 3 and "not finite" in problem.message


@pytest.mark.parametrize(("name", "value"), [("label", 5), ("d_nn", 2.5), ("n_removed", 0), ("id", "bcc_w")])
def test_a_row_that_contradicts_its_place_is_found_without_rebuilding(copy, name, value):
    rewrite(copy, lambda table: replace_cell(table, name, 11, lambda _: value))
    problem = only_problem(copy, sample=0)
    assert (problem.file, problem.row) == (PATH, 11) and problem.message.startswith(f"{name} is {value!r}")


def test_missing_rows_are_found_though_the_manifest_agrees(copy):
    rewrite(copy, lambda table: table[:-1])
    assert "has 64 rows, where there should be 65" in only_problem(copy, sample=0).message


def test_other_columns_are_found(copy):
    rewrite(copy, lambda table: table.drop_columns("d_nn"))
    assert "not those of the schema" in only_problem(copy, sample=0).message


def test_other_class_names_are_found(copy):
    def change(table):
        metadata = {b"huggingface": table.schema.metadata[b"huggingface"].replace(b'"fcc_cu"', b'"fcc_au"')}
        return table.replace_schema_metadata(metadata)

    rewrite(copy, change)
    assert "class names" in only_problem(copy, sample=0).message


def test_a_card_with_other_class_names_is_found(copy):
    card = copy / "README.md"
    card.write_text(card.read_text().replace("'2': fcc_cu", "'2': fcc_au"))
    messages = [str(problem) for problem in verify(copy, sample=0).problems]
    assert any("'dataset_info' is not what schema and manifest give" in message for message in messages)


def test_a_partial_build_is_not_taken_for_a_whole_one(copy):
    seal(copy, limit=None)
    messages = [problem.message for problem in verify(copy, sample=0).problems]
    assert messages == ["has 65 rows, where there should be 5,880"] * 2


def test_data_of_another_version_is_not_judged(copy):
    seal(copy, data_version="0.9.0")
    assert "data version 0.9.0" in only_problem(copy).message


def test_a_folder_without_a_manifest_or_with_a_broken_one_ends_with_a_sentence(tmp_path, capsys):
    assert main(["verify", str(tmp_path)]) == 2
    assert "holds no data set" in capsys.readouterr().err
    outside = '{"dataset": "defects", "files": [{"path": "/etc/x", "sha256": "", "size": 0}]}'
    for text in ("{", "[]", '{"files": [{}]}', outside):
        (tmp_path / "manifest.json").write_text(text)
        with pytest.raises(ManifestError, match="is not the manifest"):
            verify(tmp_path)


def test_the_command_finds_data_sets_below_an_output_folder_and_reports_as_json(small_builds, copy, capsys):
    assert main(["verify", str(small_builds), "--sample", "1", "--json"]) == 0
    reports = json.loads(capsys.readouterr().out)
    assert [report["dataset"] for report in reports] == ["prototypes", "defects"]
    assert all(report["ok"] and not report["complete"] and report["problems"] == [] for report in reports)
    (copy / PATH).unlink()
    assert main(["verify", str(copy), "--sample", "0", "--json"]) == 2
    (report,) = json.loads(capsys.readouterr().out)
    assert report["problems"] == [{"file": PATH, "row": None, "message": "is missing"}]


def test_the_command_says_what_is_wrong_and_where_in_plain_words(copy, capsys):
    assert main(["verify", str(copy), "--sample", "1"]) == 0
    assert "partial, the first 65 structures of each" in capsys.readouterr().out
    rewrite(copy, lambda table: replace_cell(table, "label", 2, lambda _: 1))
    assert main(["verify", str(copy), "--sample", "0"]) == 2
    assert f"{copy}/{PATH}, row 2: label is 1 instead of 0" in capsys.readouterr().out
