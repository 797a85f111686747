"""Near misses are suggested, and nothing silly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arise_zoo import load_model
from arise_zoo.cli import bench, zoo
from arise_zoo.descriptors.parameters import descriptor_with
from arise_zoo.errors import UnknownNameError, near_names
from arise_zoo.models import shipped_models
from arise_zoo.prototypes import class_ids

COMMANDS = ("build", "verify", "train", "tune", "select", "finetune", "classify", "map", "explore", "study", "pull")


@pytest.mark.parametrize(
    ("name", "known", "meant"),
    [
        ("arise-mlq", shipped_models(), ["arise-mlp"]),
        ("arise_mlp", shipped_models(), ["arise-mlp"]),
        ("Robust", shipped_models(), ["arise-robust"]),
        ("thermla", shipped_models(), ["arise-thermal"]),
        ("clasify", COMMANDS, ["classify"]),
        ("mpa", COMMANDS, ["map"]),
        ("fine-tune", COMMANDS, ["finetune"]),
        ("defekts", ("prototypes", "defects", "dynamics"), ["defects"]),
        ("fcc", class_ids(), ["fcc_cu"]),
        ("cnt_44", class_ids(), ["cnt_4_4"]),
        ("missing-0.5", ("missing-0.05", "missing-0.2", "both-0.3-0.1"), ["missing-0.05", "missing-0.2"]),
        ("spglib", ("spglib-loose", "spglib-tight", "ptm"), ["spglib-loose", "spglib-tight"]),
        ("resnet50", shipped_models(), []),
        ("arise", shipped_models(), []),
        ("arise-foo", shipped_models(), []),
        ("mace", shipped_models(), []),
        ("imagenet", ("prototypes", "defects", "dynamics"), []),
        ("predict", COMMANDS, []),
        ("perovskite", class_ids(), []),
        ("S4", ("2", "S1", "S2", "S3"), []),
        ("", COMMANDS, []),
        ("x" * 100_000, COMMANDS, []),
    ],
)
def test_names_that_are_near_are_suggested_and_no_others(name, known, meant):
    assert near_names(name, known) == meant


@given(st.sampled_from(class_ids()), st.data())
def test_one_slip_is_always_forgiven(name, data):
    place = data.draw(st.integers(0, len(name) - 2))
    slips = [
        name[:place] + name[place + 1 :],
        name[:place] + "q" + name[place:],
        name[:place] + "q" + name[place + 1 :],
    ]
    slips.append(name[:place] + name[place + 1] + name[place] + name[place + 2 :])
    found = near_names(data.draw(st.sampled_from(slips)), [name])
    assert found == [name] or sum(letter.isalnum() for letter in name) < 4


@pytest.mark.parametrize(
    ("main", "arguments", "sentence"),
    [
        (zoo.main, ["clasify", "x.cif"], "arise-zoo: unknown command 'clasify'; did you mean 'classify'?"),
        (zoo.main, ["resnet50"], "arise-zoo: unknown command 'resnet50'; there are "),
        (zoo.main, ["build", "defekts"], "unknown dataset 'defekts'; did you mean 'defects'?"),
        (zoo.main, ["classify", "x", "--sampels", "3"], "unknown option '--sampels'; did you mean '--samples'?"),
        (zoo.main, ["classify", "x", "--sampels=3"], "unknown option '--sampels'; did you mean '--samples'?"),
        (zoo.main, ["map", "x", "--banana"], "there is no option --banana; see `arise-zoo map --help`."),
        (zoo.main, ["map", "x", "y"], "'y' is too much; see `arise-zoo map --help`."),
        (zoo.main, ["pull", "arise-mpl"], "did you mean 'arise-mlp'?"),
        (bench.main, ["colect", "x"], "unknown command 'colect'; did you mean 'collect'?"),
        (bench.main, ["--metod", "ptm"], "unknown option '--metod'; did you mean '--method'?"),
        (bench.main, ["--method", "ptn"], "unknown method 'ptn'; did you mean 'ptm'?"),
    ],
)
def test_commands_options_and_choices_that_there_are_not(main, arguments, sentence, capsys):
    assert main(arguments) == 2
    said = capsys.readouterr().err
    assert sentence in said and said.count("\n") == 1


def test_models_and_parameters_that_there_are_not():
    with pytest.raises(UnknownNameError, match=r"unknown model or folder 'resnet50'; choose one of arise-field, "):
        load_model("resnet50")
    with pytest.raises(UnknownNameError, match="unknown parameter of AveragedSOAP 'rcut'; did you mean 'r_cut'"):
        descriptor_with({"rcut": 4.0})
