"""What GitHub reads agrees with the project: the workflow with README and metadata, the issue form with the code."""

from dataclasses import MISSING, fields
from pathlib import Path

import pytest
import yaml
from hatchling.metadata.core import ProjectMetadata

from arise_zoo.benchmark.submission import Declaration

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def jobs():
    return yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())["jobs"]


def test_the_workflow_runs_the_readmes_commands_on_every_declared_python(jobs):
    readme = (ROOT / "README.md").read_text().splitlines()
    steps = [step.get("run", "") for step in jobs["tests"]["steps"]]
    commands = [line for line in readme if line.startswith("python3 -m venv")]
    assert commands and set(commands) <= set(steps)
    prefix = "Programming Language :: Python :: 3."
    classifiers = ProjectMetadata(str(ROOT), None).core.classifiers
    pythons = [f"3.{c.removeprefix(prefix)}" for c in classifiers if c.startswith(prefix)]
    assert jobs["tests"]["strategy"]["matrix"]["python"] == pythons


def test_the_issue_form_asks_for_all_that_a_submission_declares():
    form = yaml.safe_load((ROOT / ".github" / "ISSUE_TEMPLATE" / "submit-method.yml").read_text())
    asked = {
        field["id"]: field.get("validations", {}).get("required", False) for field in form["body"] if "id" in field
    }
    assert {f.name: f.default is MISSING for f in fields(Declaration)}.items() <= asked.items()
