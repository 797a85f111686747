"""Bring checkpoints up to what the package writes: the safetensors file, the card, the manifest; weights stay.

    python scripts/renew_checkpoints.py [NAME_OR_FOLDER ...]

Without names, all models of the package.
"""

import argparse

from arise_zoo.models import load_model, shipped_models
from arise_zoo.models.renewal import renew_checkpoint


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", default=shipped_models(), metavar="NAME_OR_FOLDER")
    for name in parser.parse_args().models:
        print(renew_checkpoint(load_model(name).folder), flush=True)


if __name__ == "__main__":
    main()
