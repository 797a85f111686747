"""How long the training of `arise-mlp` takes. Writes training_time.json and training_time.md.

Usage: python benchmarks/training_time.py --data DIR, DIR as of `arise-zoo build`, with nothing else running.
"""

import argparse
import tempfile
from pathlib import Path

from arise_zoo.models.make import make_model
from arise_zoo.storage import write_json, write_text

from arise_zoo.models.checkpoint import read_training


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="output folder of `arise-zoo build`")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        training = read_training(make_model("arise-mlp", folder, data=options.data).folder)
    record = {key: training[key] for key in ("seconds", "architecture", "recipe", "data", "packages", "hardware")}
    write_json(options.out, record)
    machine, recipe = record["hardware"], record["recipe"]
    lines = [
        "# Time of training",
        "",
        f"`arise-mlp`, {recipe['epochs']} epochs of {record['data']['rows']:,} rows, one run: "
        f"{record['seconds']:.0f} s on {machine['processor']}, {machine['cores']} cores.",
    ]
    write_text(options.out.with_suffix(".md"), "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
