"""OVITO's picture of a structure. Which atom has which colour is not decided here.

    python -m arise_zoo.analysis.atoms.rendering FOLDER

draws what `render` has put into a folder.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from ase import Atoms

from ...errors import EngineError
from ...methods.local_structure.ovito_engine import data_collection

VIEW = (-2.0, 3.0, -1.4)
"""The direction in which one looks."""

SIZE = (960, 720)
"""Of the picture, in pixels."""

_ASKED, _PICTURE = "asked.npz", "picture.png"
_LONGEST = 120  # seconds


def render(atoms: Atoms, rgb: np.ndarray, radius: float) -> np.ndarray:
    """The picture, shape (height, width, 4), of atoms with colours `rgb`, shape (n_atoms, 3), and a radius (angstrom).

    OVITO draws in a process of its own: the library by which it draws may end one in which others are loaded. Raises
    `EngineError` where OVITO cannot be loaded, cannot draw, or takes more than two minutes.
    """
    from matplotlib.image import imread

    with TemporaryDirectory() as folder:
        what = {"numbers": atoms.numbers, "positions": atoms.positions, "cell": atoms.cell.array, "pbc": atoms.pbc}
        np.savez(Path(folder) / _ASKED, rgb=rgb, radius=radius, **what)
        command = [sys.executable, "-m", __name__, folder]
        try:
            ended = subprocess.run(command, capture_output=True, text=True, timeout=_LONGEST, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise EngineError(f"OVITO cannot draw here ({error}).") from error
        if ended.returncode or not (Path(folder) / _PICTURE).is_file():
            reason = (ended.stderr.strip().splitlines() or [f"exit status {ended.returncode}"])[-1]
            raise EngineError(f"OVITO cannot draw here ({reason}).")
        picture: np.ndarray = imread(Path(folder) / _PICTURE)
    return picture


def _draw(folder: Path) -> None:
    from ovito.pipeline import Pipeline, StaticSource
    from ovito.vis import TachyonRenderer, Viewport

    asked = np.load(folder / _ASKED)
    atoms = Atoms(asked["numbers"], positions=asked["positions"], cell=asked["cell"], pbc=asked["pbc"])
    data = data_collection(atoms)
    data.particles_.create_property("Color", data=asked["rgb"])
    data.particles_.vis.radius = float(asked["radius"])
    Pipeline(source=StaticSource(data=data)).add_to_scene()
    viewport = Viewport(type=Viewport.Type.Perspective, camera_dir=VIEW)
    viewport.zoom_all(SIZE)
    renderer = TachyonRenderer(ambient_occlusion=False)  # which takes minutes
    viewport.render_image(filename=str(folder / _PICTURE), size=SIZE, renderer=renderer)


if __name__ == "__main__":
    _draw(Path(sys.argv[1]))
