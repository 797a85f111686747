"""Run the notebooks of the documentation anew and keep what they show.

    python scripts/run_notebooks.py [NAME ...]

Each runs in an empty folder of its own, so that what it writes is gone afterwards. Without names, all of
`docs/tutorials`.
"""

import argparse
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from arise_zoo.common.progress import Progress
from arise_zoo.common.storage import replacing

FOLDER = Path(__file__).parents[1] / "docs" / "tutorials"


def executed(path: Path) -> nbformat.NotebookNode:
    """The notebook with new outputs; raises `CellExecutionError` if a cell fails."""
    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        options = {
            "timeout": None,
            "startup_timeout": 600,
            "kernel_name": "python3",
            "record_timing": False,
            "coalesce_streams": True,
        }
        NotebookClient(notebook, resources={"metadata": {"path": folder}}, **options).execute()
    notebook.metadata.language_info = {"name": "python"}  # without the version of this machine
    return notebook


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = sorted(path.stem for path in FOLDER.glob("*.ipynb"))
    parser.add_argument("names", nargs="*", metavar="NAME")
    chosen = parser.parse_args().names or names
    if unknown := set(chosen) - set(names):
        parser.error(f"there is no notebook {', '.join(sorted(unknown))}; there are {', '.join(names)}.")
    with Progress(len(chosen), "notebooks") as bar:
        for name in chosen:
            bar.note(name)
            notebook = executed(FOLDER / f"{name}.ipynb")
            with replacing(FOLDER / f"{name}.ipynb") as temporary:
                nbformat.write(notebook, temporary)
            bar.advance()


if __name__ == "__main__":
    main()
