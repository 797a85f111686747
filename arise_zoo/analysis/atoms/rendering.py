"""OVITO's picture of a structure. Which atom has which colour is not decided here."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from ase import Atoms

from ...common.quiet import quiet
from ...errors import EngineError
from ...methods.local_structure.ovito_engine import data_collection, in_its_thread

VIEW = (-2.0, 3.0, -1.4)
"""The direction in which one looks."""

SIZE = (960, 720)
"""Of the picture, in pixels."""


def render(atoms: Atoms, rgb: np.ndarray, radius: float) -> np.ndarray:
    """The picture, shape (height, width, 4), of atoms with colours `rgb`, shape (n_atoms, 3), and a radius (angstrom).

    Raises ImportError or OSError where OVITO cannot be loaded, `EngineError` where it cannot draw or be used in this
    thread.
    """
    picture: np.ndarray = in_its_thread(_render, atoms, rgb, radius)
    return picture


def _render(atoms: Atoms, rgb: np.ndarray, radius: float) -> np.ndarray:
    from matplotlib.image import imread
    from ovito.pipeline import Pipeline, StaticSource
    from ovito.vis import TachyonRenderer, Viewport

    data = data_collection(atoms)
    data.particles_.create_property("Color", data=rgb)
    data.particles_.vis.radius = radius
    pipeline = Pipeline(source=StaticSource(data=data))
    pipeline.add_to_scene()
    try:
        viewport = Viewport(type=Viewport.Type.Perspective, camera_dir=VIEW)
        viewport.zoom_all(SIZE)
        with TemporaryDirectory() as folder:
            path = Path(folder) / "picture.png"
            try:
                renderer = TachyonRenderer(ambient_occlusion=False)  # which takes minutes
                with quiet():
                    viewport.render_image(filename=str(path), size=SIZE, renderer=renderer)
            except RuntimeError as error:  # no graphics library that OVITO needs
                raise EngineError(f"OVITO cannot draw here ({error}).") from error
            picture: np.ndarray = imread(path)
    finally:
        pipeline.remove_from_scene()
    return picture
