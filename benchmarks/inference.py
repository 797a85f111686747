"""How fast the shipped networks predict, and how soon `classify` answers. Writes inference.json and inference.md.

Usage: python benchmarks/inference.py --data DIR [--repeats N], DIR as of `arise-zoo build`, with nothing else running.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from arise_zoo.bench.environment import hardware, package_versions
from arise_zoo.bench.stored_vectors import StoredVectors
from arise_zoo.storage import write_json, write_text

from arise_zoo import load_model, load_prototypes
from arise_zoo.structures import benchmark_structures

CONDITION, PASSES, MODELS = "both-0.3-0.1", 1000, ("arise-mlp", "arise-thermal", "arise-robust")
KERAS = "import keras, numpy; n = keras.saving.load_model({folder!r}); n(numpy.zeros((1, 316)), training=True)"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="output folder of `arise-zoo build`")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"))
    options = parser.parse_args()
    specs = list(benchmark_structures(CONDITION))
    vectors = StoredVectors(options.data).of(CONDITION, specs)
    predictions = []
    for name in MODELS:
        model = load_model(name)
        model.predict(vectors[:8], 2, n_jobs=-1)
        for n_jobs in (1, -1):
            started = time.perf_counter()
            model.predict(vectors, PASSES, n_jobs=n_jobs)
            seconds = round(time.perf_counter() - started, 2)
            predictions.append(
                {"model": name, "rows": len(vectors), "passes": PASSES, "jobs": n_jobs, "wall_s": seconds}
            )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "structure.cif"
        load_prototypes()[2].build().write(path)
        command = [sys.executable, "-m", "arise_zoo.cli.zoo", "classify", str(path)]
        answers = [
            {"what": "`arise-zoo classify structure.cif`, 1,000 passes", **timed(command, options.repeats)},
            {"what": "`import arise_zoo`", **timed([sys.executable, "-c", "import arise_zoo"], options.repeats)},
            {
                "what": "Keras: import, load the checkpoint, one pass",
                **timed(
                    [sys.executable, "-c", KERAS.format(folder=str(load_model("arise-mlp").folder))], options.repeats
                ),
            },
        ]
    record = {
        "predictions": predictions,
        "answers": answers,
        "packages": package_versions(("keras", "tensorflow", "numba")),
        "hardware": hardware(),
    }
    write_json(options.out, record)
    write_text(options.out.with_suffix(".md"), report(record))


def timed(command: list[str], repeats: int) -> dict:
    """Wall times of a command in fresh processes, after one that warms the disk cache."""
    seconds = []
    for _ in range(repeats + 1):
        started = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        seconds.append(round(time.perf_counter() - started, 3))
    return {"n": repeats, "wall_s": seconds[1:]}


def report(record: dict) -> str:
    """The report in Markdown."""
    machine = record["hardware"]
    lines = [
        "# Speed of prediction",
        "",
        f"{machine['processor']}, {machine['cores']} cores, Python {machine['python']}.",
        "",
        "From descriptors to probabilities and mutual information, one run each:",
        "",
        "| model | rows | passes | processes | wall, s |",
        "| --- | --: | --: | --: | --: |",
    ]
    for p in record["predictions"]:
        jobs = machine["cores"] if p["jobs"] == -1 else p["jobs"]
        lines.append(f"| `{p['model']}` | {p['rows']:,} | {p['passes']:,} | {jobs} | {p['wall_s']:.1f} |")
    lines += ["", "In a fresh process, to the end of the command:", ""]
    lines += ["| what | n | median, s | smallest to largest, s |", "| --- | --: | --: | --: |"]
    for a in record["answers"]:
        s = a["wall_s"]
        lines.append(f"| {a['what']} | {a['n']} | {np.median(s):.2f} | {min(s):.2f} to {max(s):.2f} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
