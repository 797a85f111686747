"""The page's server: what it answers, what it refuses, what it leaves behind, and the folder of a Space."""

import asyncio
import base64
import gzip
import json
import os
import socket
import sys
import time
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import numpy as np
import pytest
from ase.build import bulk
from ase.io import write

import arise_zoo
from arise_zoo.app import Limits, write_space
from arise_zoo.app.worker import Worker
from arise_zoo.cli.zoo import main
from arise_zoo.models.verdicts import name_of


def ask(page, content, name="a.extxyz", species=""):
    query = urlencode({"name": name, "species": species})
    with urlopen(Request(f"{page}/ask?{query}", data=content, method="POST"), timeout=300) as response:
        return [json.loads(line) for line in response]


def numbers(text, kind):
    return np.frombuffer(base64.b64decode(text), kind)


@pytest.fixture
def salt():
    atoms = bulk("NaCl", "rocksalt", a=5.6, cubic=True)
    atoms.positions += 0.4
    return atoms


def file_of(folder, frames, name="a.extxyz"):
    write(folder / name, frames)
    return (folder / name).read_bytes()


def test_a_file_is_answered_as_by_the_functions(page, salt, tmp_path, local_checkpoint):
    head, frame = ask(page, file_of(tmp_path, salt))
    assert head == {"frames": 1, "answered": 1}
    (answer,) = arise_zoo.classify(salt)
    said = frame["said"]
    assert (said["verdict"], said["certainty"]) == (answer.verdict, answer.certainty)
    assert [one["name"] for one in said["ranked"]] == [name_of(label) for label in answer.labels]
    assert [one["probability"] for one in said["ranked"]] == pytest.approx(answer.probabilities, abs=1e-5)
    near = arise_zoo.StructureIndex.load().search(salt, 5)
    assert [hit["id"] for hit in frame["near"]["hits"]] == [hit.id for hit in near]
    assert frame["near"]["meaning"] == near.meaning == "identical"
    atoms = arise_zoo.classify_atoms(salt, local_checkpoint)
    assert [one["name"] for one in frame["atoms"]["labels"]] == [name_of(label) for label in atoms.counts()]
    assert numbers(frame["atoms"]["uncertainty"], "<f4") == pytest.approx(atoms.mutual_information, abs=1e-4)


def test_atoms_at_the_edge_of_a_small_cell_are_drawn_at_each_of_its_images(page, tmp_path):
    salt = bulk("NaCl", "rocksalt", a=5.6, cubic=True)
    _, frame = ask(page, file_of(tmp_path, salt))
    positions = numbers(frame["positions"], "<f4").reshape(-1, 3)
    symbols = [frame["species"][i]["name"] for i in numbers(frame["of_species"], "u1")]
    assert len({tuple(place) for place in positions.round(3).tolist()}) == len(positions) == 27
    assert (symbols.count("Na"), symbols.count("Cl"), frame["n_atoms"]) == (14, 13, 8)


def test_a_long_trajectory_is_answered_at_even_distances(page, salt, tmp_path):
    frames = [salt.copy() for _ in range(7)]
    frames[3].rattle(0.8, seed=1)
    head, *answers = ask(page, file_of(tmp_path, frames))
    assert head == {"frames": 7, "answered": 3}
    assert [answer["frame"] for answer in answers] == [0, 3, 6]
    wanted = [arise_zoo.classify(frames[i])[0].verdict for i in (0, 3, 6)]
    assert [answer["said"]["verdict"] for answer in answers] == wanted


def test_types_are_named(page):
    dump = "ITEM: TIMESTEP\n0\nITEM: NUMBER OF ATOMS\n2\nITEM: BOX BOUNDS pp pp pp\n0 4\n0 4\n0 4\n"
    dump += "ITEM: ATOMS id type x y z\n1 1 0 0 0\n2 2 2 2 2\n"
    _, frame = ask(page, dump.encode(), "dump.lammpstrj", "Cu,Zr")
    assert [one["name"] for one in frame["species"]] == ["Cu", "Zr"]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.cif", b"", "a.cif is empty; it holds no atoms."),
        ("../../a b.xyz", b"3\n\nCu 0 0 0\n", "a_b.xyz"),
        ("a.py", b"print('hello')", "that is not read here; CIF, XYZ"),
        (
            "big.xyz",
            b"400\n\n" + b"".join(b"Cu %d 0 0\n" % (3 * i) for i in range(400)),
            "400 atoms are more than the 300",
        ),
        ("a.xyz.gz", gzip.compress(bytes(6_000_000)), "holds too much; the limit is 5 MB."),
        ("a.vasp", b"\0\1\2", "a.vasp"),
        ("..", b"nonsense", "structure has a format"),
    ],
)
def test_what_cannot_be_answered_gets_one_sentence(page, running, name, content, sentence):
    (*_, last) = ask(page, content, name)
    assert sentence in last["problem"] and last["problem"].endswith(".")
    assert str(running.temporary) not in last["problem"] and "--format" not in last["problem"]


def test_a_file_that_is_too_large_is_refused(page):
    with pytest.raises(HTTPError) as refused:
        ask(page, bytes(1_500_000))
    assert refused.value.code == 413
    assert json.load(refused.value)["problem"] == "the file is larger than the 0.5 MB that are allowed here."


def test_a_file_that_breaks_off_leaves_nothing(page):
    host, port = page.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(b"POST /ask?name=a.xyz HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n1\n\nCu 0 0 0\n")
    time.sleep(0.3)
    with urlopen(f"{page}/about") as response:
        assert json.load(response)["limits"]["atoms"] == 300


def test_the_page_may_ask_for_nothing_elsewhere(page):
    with urlopen(page) as response:
        assert response.headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self';")
    folder = Path(arise_zoo.__file__).parent / "app" / "page"
    assert [path.name for path in folder.iterdir() if "//" in path.read_text().replace("// ", "")] == []


class Moody:
    """Answers according to the name of the file."""

    names = {"model": "moody"}  # noqa: RUF012

    def answer(self, path, species):
        yield {"frames": 1}
        if path.name == "slow":
            time.sleep(60)
        if path.name == "long":
            yield from ({"frame": i} for i in range(10**9))
        if path.name == "crash":
            os._exit(1)
        if path.name == "fault":
            raise ValueError("not one of ours")
        yield {"frame": 0}


def test_an_answer_that_takes_too_long_or_crashes_is_ended_and_the_next_is_given(tmp_path):
    async def asked():
        worker = Worker(Moody, 2.0)
        try:
            await worker.ready()
            said = []
            for name in ("slow", "good", "crash", "fault", "good"):
                said.append([one async for one in worker.answer(tmp_path / name, None)])
            return said
        finally:
            worker.stop()

    slow, good, crash, fault, again = asyncio.run(asked())
    assert slow == [{"frames": 1}, {"problem": "the answer took more than 2 s; send fewer frames or fewer atoms."}]
    assert crash == [
        {"frames": 1},
        {"problem": "the answer took more memory than there is; send fewer frames or fewer atoms."},
    ]
    assert fault[-1] == {"problem": "the file could not be answered, by a fault of this program."}
    assert good == again == [{"frames": 1}, {"frame": 0}]


def test_an_answer_that_nobody_waits_for_is_given_up_without_a_new_process(tmp_path):
    async def asked():
        worker = Worker(Moody, 60.0)
        try:
            await worker.ready()
            process = worker.process
            answer = worker.answer(tmp_path / "long", None)
            await anext(answer)
            await answer.aclose()
            return [one async for one in worker.answer(tmp_path / "good", None)], worker.process is process
        finally:
            worker.stop()

    assert asyncio.run(asked()) == ([{"frames": 1}, {"frame": 0}], True)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--most-atoms", "0"], "the limit of atoms must be above 0, not 0."),
        (["--port", "99999"], "there is no port 99999; choose one from 1 to 65535, or 0 for any."),
        (["--host", "192.0.2.1"], "port 7860 of 192.0.2.1 cannot be used"),  # an address for documentation (RFC 5737)
        (["--port", "0", "--model", "arise-feild"], "did you mean 'arise-field'?"),
        (["--space", "."], ". holds something; name a new or empty folder."),
    ],
)
def test_bad_arguments_get_one_sentence(arguments, sentence, capfd, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "something").touch()
    assert main(["app", *arguments]) == 2
    said = capfd.readouterr().err
    assert sentence in said and said.count("\n") == 1


def test_without_tornado_one_sentence_says_what_to_install(capsys, monkeypatch):
    for name in [name for name in sys.modules if name.partition(".")[0] == "tornado"]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setitem(sys.modules, "tornado", None)
    assert main(["app"]) == 2
    assert capsys.readouterr().err.endswith("needs tornado; install it with: pip install 'arise-zoo[app]'.\n")


def test_the_folder_of_a_space_is_what_spaces_want(tmp_path, monkeypatch, capsys):
    yaml = pytest.importorskip("yaml")
    assert main(["app", "--space", str(tmp_path / "space"), "--most-seconds", "30"]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'space'}\n"
    files = {path.name: path.read_text() for path in (tmp_path / "space").iterdir()}
    assert set(files) == {"README.md", "requirements.txt", "app.py", "Dockerfile"}
    _, header, _ = files["README.md"].split("---\n")
    card = yaml.safe_load(header)
    assert (card["sdk"], card["app_port"], len(card["short_description"]) <= 60) == ("docker", 7860, True)
    assert files["requirements.txt"] == f"arise-zoo-core[app]=={arise_zoo.__version__}\n"
    copied = [line.split()[-2] for line in files["Dockerfile"].splitlines() if line.startswith("COPY")]
    assert set(copied) == {"requirements.txt", "app.py"}
    served = {}
    monkeypatch.setattr("arise_zoo.app.serve", lambda **given: served.update(given))
    exec(compile(files["app.py"], "app.py", "exec"), {"__name__": "__main__"})
    assert served == {
        "host": "0.0.0.0",
        "port": 7860,
        "model": "arise-field",
        "atoms_model": None,
        "limits": Limits(seconds=30.0),
    }
    with pytest.raises(arise_zoo.AriseZooError, match="holds something"):
        write_space(tmp_path / "space")
    assert [path.name for path in tmp_path.iterdir()] == ["space"]
