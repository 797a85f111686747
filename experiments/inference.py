"""How fast the shipped networks predict, and how soon `classify` answers.

`--data` is the output folder of `arise-zoo build`; nothing else should be running.
"""

import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter

from arise_zoo import load_model, load_prototypes

from .harness import Experiment, Record, document, machine, seconds, stored, table

CONDITION, MODELS = "both-0.3-0.1", ("arise-mlp", "arise-thermal", "arise-robust")
KERAS = "import keras, numpy; n = keras.saving.load_model('{}'); n(numpy.zeros((1, 316)), training=True)"


def measure(data: Path, passes: int = 1000, repeats: int = 5) -> Record:
    """Wall times of predictions in this process, and of commands in processes of their own."""
    vectors, predictions = stored(data, CONDITION)[0], []
    for name in MODELS:
        model = load_model(name)
        model.predict(vectors[:8], 2, n_threads=-1)
        for n_jobs in (1, -1):
            wall = round(seconds(perf_counter, model.predict, vectors, passes, n_threads=n_jobs), 2)
            predictions.append({"model": name, "rows": len(vectors), "passes": passes, "jobs": n_jobs, "wall_s": wall})
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "structure.cif")
        load_prototypes()[2].build().write(path)
        commands = {
            "`arise-zoo classify structure.cif`, 1,000 passes": ["-m", "arise_zoo.cli.zoo", "classify", path],
            "`import arise_zoo`": ["-c", "import arise_zoo"],
            "Keras: import, load the checkpoint, one pass": ["-c", KERAS.format(load_model("arise-mlp").folder)],
        }
        answers = [{"what": w, "n": repeats, "wall_s": _answers(c, repeats)} for w, c in commands.items()]
    return {"predictions": predictions, "answers": answers}


def _answers(arguments: list[str], repeats: int) -> list[float]:
    """Wall times of Python in fresh processes, after one that warms the disk cache."""
    call = partial(subprocess.check_call, [sys.executable, *arguments], stdout=subprocess.DEVNULL)
    return [round(seconds(perf_counter, call), 3) for _ in range(repeats + 1)][1:]


def page(record: Record) -> str:
    cores = record["hardware"]["cores"]
    return document(
        "# Speed of prediction",
        f"{machine(record)}, Python {record['hardware']['python']}.",
        "From descriptors to probabilities and mutual information, one run each:",
        table(
            "| model | rows | passes | processes | wall, s |\n"
            "| --- | --: | --: | --: | --: |\n"
            "| `{model}` | {rows:,} | {passes:,} | {jobs} | {wall_s:.1f} |",
            (p | {"jobs": cores if p["jobs"] == -1 else p["jobs"]} for p in record["predictions"]),
        ),
        "In a fresh process, to the end of the command:",
        table(
            "| what | n | median, s | smallest to largest, s |\n"
            "| --- | --: | --: | --: |\n"
            "| {what} | {n} | {wall_s[2]:.2f} | {wall_s[0]:.2f} to {wall_s[1]:.2f} |",
            (a | {"wall_s": [min(a["wall_s"]), max(a["wall_s"]), median(a["wall_s"])]} for a in record["answers"]),
        ),
    )


EXPERIMENT = Experiment(measure, page, ("keras", "tensorflow", "numba"), small={"passes": 2, "repeats": 1})
