"""What the data sets hold: counts, splits, schemas. Nothing here builds a data set."""

import numpy as np
import pytest
from datasets import ClassLabel, Features

import arise_zoo
from arise_zoo.datasets import DATASETS, get_config
from arise_zoo.datasets.card_facts import COLUMNS
from arise_zoo.datasets.schema import to_table
from arise_zoo.descriptors import PAPER_R_CUTS, PAPER_SCALES, PAPER_SIGMAS
from arise_zoo.descriptors.settings import CENTRE, EXTRINSIC_SCALES, GRID, R_CUTS, SIGMAS
from arise_zoo.errors import AriseZooError, UnknownNameError
from arise_zoo.prototypes import class_ids
from arise_zoo.structures import StructureSpec

ALL_CONFIGS = [config for configs in DATASETS.values() for config in configs]


def labels(config) -> np.ndarray:
    return np.array([row["label"] for key in config.all_keys() for row in config.identity(key)])


def test_prototypes_hold_396_structures_39204_descriptors_and_108_classes():
    counts = {config.name: len(labels(config)) for config in DATASETS["prototypes"]}
    assert counts == {"pristine": 39_204, "structures": 396, "prototypes": 108, "channels": 1_188}
    assert len(GRID) == len(set(GRID)) == 99


def test_defects_hold_588_structures_times_10_iterations_times_24_conditions():
    ids = [[key.id for key in config.all_keys()] for config in DATASETS["defects"]]
    assert len(ids) == 24 and {len(members) for members in ids} == {5_880}
    assert len({member for members in ids for member in members}) == 141_120
    bases = {(key.class_id, key.k, key.periodic) for key in DATASETS["defects"][0].all_keys()}
    assert len(bases) == 588


def test_every_number_of_atoms_is_known_without_making_the_structure():
    for config in DATASETS["defects"]:
        for key in config.all_keys()[::499]:
            assert len(key.build()) == key.n_atoms


def test_the_grid_is_that_of_the_descriptors_and_holds_the_central_setting():
    assert (R_CUTS, SIGMAS, EXTRINSIC_SCALES) == (PAPER_R_CUTS, PAPER_SIGMAS, PAPER_SCALES)
    assert CENTRE in GRID


def test_the_split_is_80_to_20_within_each_class_and_always_the_same():
    config = get_config("prototypes", "pristine")
    wanted = labels(config)
    split = config.split(wanted)
    assert {name: len(rows) for name, rows in split.items()} == {"train": 31_363, "validation": 7_841}
    assert np.array_equal(np.sort(np.concatenate(list(split.values()))), np.arange(len(wanted)))
    share = np.bincount(wanted[split["validation"]]) / np.bincount(wanted)
    assert np.all(np.abs(share - 0.2) < 0.01)
    assert all(np.array_equal(split[name], rows) for name, rows in config.split(wanted).items())


@pytest.mark.parametrize("config", ALL_CONFIGS[:5], ids=lambda config: config.name)
def test_schemas_survive_yaml_and_parquet_metadata_and_every_column_is_explained(config):
    features = config.features()
    assert Features._from_yaml_list(features._to_yaml_list()) == features
    assert Features.from_arrow_schema(features.arrow_schema) == features
    assert set(features) <= set(COLUMNS)
    assert features["label"] == ClassLabel(names=list(class_ids()))


@pytest.mark.parametrize("config", ALL_CONFIGS[:5], ids=lambda config: config.name)
def test_rows_become_a_table_and_come_back_bit_by_bit(config):
    key = config.all_keys()[-1] if config.name not in ("pristine", "channels") else config.all_keys()[0]
    rows = config.rows(key)
    table = to_table(rows, config.features())
    table.validate(full=True)
    assert table.schema.equals(config.features().arrow_schema)
    for name, values in table.to_pydict().items():
        for found, row in zip(values, rows, strict=True):
            wanted = row[name]
            if isinstance(wanted, np.ndarray):
                assert np.asarray(found, dtype=wanted.dtype).tobytes() == wanted.tobytes(), name
            else:
                assert found == wanted, name


def test_a_row_made_alone_is_the_row_made_with_all_others():
    config = get_config("prototypes", "pristine")
    key = config.key("alpha_po/k1/periodic/pristine/0")
    rows = config.rows(key)
    for index in (0, 49, 98):
        alone = config.rebuild(key, index)
        assert alone["r_cut"] == rows[index]["r_cut"]
        assert np.abs(alone["descriptor"] - rows[index]["descriptor"]).max() < 1e-6


def test_the_channels_are_those_of_the_models_that_know_unknown():
    config = get_config("prototypes", "channels")
    assert sum(len(config.identity(key)) for key in config.all_keys()) == 1_188
    key = config.key("nacl/k1/periodic/pristine/0")
    rows = {row["extrinsic_scale"]: row["descriptor"] for row in config.rows(key)}
    model = arise_zoo.load_model("arise-field")
    assert np.abs(rows[1.0] - model.describe([key.build()])[0]).max() < 1e-6
    assert np.abs(rows[0.95] - rows[1.0]).max() > 1e-3


def test_any_structure_follows_from_its_id():
    for config in DATASETS["defects"][::5]:
        for key in config.all_keys()[::997]:
            again = config.key(key.id)
            assert again == key
            assert again.build().positions.tobytes() == key.build().positions.tobytes()


@pytest.mark.parametrize(
    "wrong",
    ["", "fcc_cu", "fcc_cu/k5/finite/pristine", "fcc_cu/5/finite/pristine/0", "fcc_cu/k5/open/pristine/0",
     "fcc_xx/k5/finite/pristine/0", "fcc_cu/k5/finite/nothing/0", "fcc_cu/kx/finite/pristine/0"],
)  # fmt: skip
def test_what_is_no_id_is_refused_with_a_sentence(wrong):
    with pytest.raises(AriseZooError):
        StructureSpec.from_id(wrong)


def test_unknown_names_are_answered_with_the_nearest_one():
    with pytest.raises(UnknownNameError, match=r"'missing-0\.05'"):
        get_config("defects", "missing-0.050")
    with pytest.raises(UnknownNameError, match="'defects'"):
        get_config("defect")
