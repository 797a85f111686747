"""The plot of the score against cost: every method that has both, where it belongs, each with a label of its own."""

import json
import re
from xml.etree import ElementTree

import pytest

from arise_zoo.leaderboard.cost_plot import cost_plot, read_speeds
from arise_zoo.leaderboard.markdown import ReportError
from arise_zoo.leaderboard.overall import Place
from arise_zoo.leaderboard.ranking import Standing


def placed(score, complete=True):
    return Place(Standing(score, (score - 1, score + 1), (1, 1), ()), {}, complete)


def drawn(places, speeds, **options):
    root = ElementTree.fromstring(cost_plot(places, speeds, **options))
    space = "{http://www.w3.org/2000/svg}"
    circles = {c.find(f"{space}title").text.partition(":")[0]: c for c in root.iter(f"{space}circle")}
    labels = {t.text: t for t in root.iter(f"{space}text") if t.get("class") == "label"}
    return circles, labels


def test_faster_is_farther_right_and_better_is_higher():
    places = {"good": placed(90), "fast": placed(10), "partial": placed(50, complete=False), "not timed": placed(60)}
    circles, labels = drawn(places, {"good": 1.0, "fast": 100.0, "partial": 10.0, "not ranked": 5.0})
    assert set(circles) == set(labels) == {"good", "fast", "partial"}
    x = {name: float(circle.get("cx")) for name, circle in circles.items()}
    y = {name: float(circle.get("cy")) for name, circle in circles.items()}
    assert x["good"] < x["partial"] < x["fast"]
    assert x["partial"] - x["good"] == pytest.approx(x["fast"] - x["partial"], abs=0.2)  # decades are equally wide
    assert y["good"] < y["partial"] < y["fast"]
    assert [name for name, circle in circles.items() if "partial" in circle.get("class")] == ["partial"]


def test_labels_of_methods_that_are_alike_do_not_lie_on_each_other():
    names = [f"method-{number}" for number in range(8)]
    _, labels = drawn({name: placed(2 + 0.1 * i) for i, name in enumerate(names)}, dict.fromkeys(names, 1000.0))
    boxes = [(float(t.get("x")), float(t.get("x")) + 6 * len(name), float(t.get("y"))) for name, t in labels.items()]
    for i, (left, right, y) in enumerate(boxes):
        assert not any(left < r and le < right and abs(y - other) < 10 for le, r, other in boxes[:i])


def test_names_are_text_and_nothing_else():
    circles, labels = drawn({"<b>&": placed(50)}, {"<b>&": 10.0}, alone=True)
    assert set(circles) == set(labels) == {"<b>&"}


def test_without_speeds_there_is_no_plot():
    assert cost_plot({"a": placed(50)}, {}) == ""


def test_the_speed_is_the_median_of_the_repeats(tmp_path):
    path = tmp_path / "cost.json"
    path.write_text(json.dumps({"methods": [{"method": "a", "n": 12, "cpu_s": [4.0, 2.0, 3.0]}]}))
    assert read_speeds(path) == {"a": 4.0}
    path.write_text("[]")
    with pytest.raises(ReportError, match=re.escape(f"{path} is no record of what methods cost")):
        read_speeds(path)
    with pytest.raises(ReportError, match="cannot read"):
        read_speeds(tmp_path / "none.json")
