"""What several test modules need: an installed outside package, a browser, and the commands as a user types them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

TESTS = Path(__file__).parent


@pytest.fixture(scope="session")
def outside_package(tmp_path_factory):
    """Folder into which the example of an outside package is installed."""
    target = tmp_path_factory.mktemp("outside")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--target", str(target), str(TESTS / "outside_package")], check=True)
    return target


LOCAL_SOAP = {"r_cut": 2.0, "n_max": 4, "l_max": 4, "radius": 1.5}


@pytest.fixture(scope="session")
def local_checkpoint(tmp_path_factory):
    """A small model of atoms, of which nothing is known but that it is one, called as the shipped one."""
    from arise_zoo.descriptors import LocalSOAP
    from arise_zoo.models.checkpoint import Facts, write_checkpoint
    from arise_zoo.models.network.architecture import Architecture
    from arise_zoo.models.verdicts import Thresholds

    n_features = LocalSOAP(**LOCAL_SOAP).n_features
    network = Architecture(n_features, 3, hidden=(16,), dropout=0.2, input_dropout=0.0).build(
        np.zeros(n_features), np.full(n_features, 0.05), seed=1
    )
    labels, descriptor = ("fcc_cu", "nacl", "unknown"), {"kind": "local", **LOCAL_SOAP}
    facts = Facts("arise-local", labels, descriptor, n_samples=6, thresholds=Thresholds("predictive_entropy", 0.8))
    reference = ("x",), np.zeros((1, n_features), np.float32)
    return write_checkpoint(tmp_path_factory.mktemp("atoms") / "arise-local", network, facts, {}, reference, "")


@pytest.fixture(scope="module")
def browser():
    """A headless Chromium, whose log holds what pages complain of and ask for."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed (extra: test)")
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    driver = shutil.which("chromedriver")
    if not (chromium and driver):
        pytest.skip("no Chromium with chromedriver is installed")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    chrome = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield chrome
    chrome.quit()


@pytest.fixture
def arise_bench(tmp_path):
    """Run `arise-bench` in a process of its own, in an empty folder; `paths` are put on the module path."""

    def run(*arguments, paths=(), cwd=tmp_path, **environment):
        path = os.pathsep.join([*map(str, paths), os.environ.get("PYTHONPATH", "")])
        return subprocess.run(
            [sys.executable, "-m", "arise_zoo.cli.bench", *map(str, arguments)],
            cwd=cwd,
            env={**os.environ, "PYTHONPATH": path, **environment},
            capture_output=True,
            text=True,
            timeout=600,
        )

    return run


@pytest.fixture
def use_outside_package(outside_package, monkeypatch):
    """The example of an outside package, seen by this process."""
    monkeypatch.syspath_prepend(str(outside_package))
