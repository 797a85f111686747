"""Make the pictures of docs/ovito.md with OVITO, and show them there.

    python scripts/ovito_pictures.py [--model NAME] [--out FOLDER] [--page FILE]

A polycrystal with missing and displaced atoms, coloured by the labels of `AriseModifier` and their uncertainty, and by
those of OVITO's polyhedral template matching.
"""

import argparse
from pathlib import Path

from ase import Atoms
from ovito.io.ase import ase_to_ovito
from ovito.modifiers import ColorCodingModifier, PolyhedralTemplateMatchingModifier, SliceModifier
from ovito.pipeline import Pipeline, StaticSource
from ovito.vis import TachyonRenderer, Viewport

from arise_zoo.common.pages import fill_between
from arise_zoo.common.seeds import rng_for
from arise_zoo.common.storage import write_text
from arise_zoo.generators import voronoi_polycrystal
from arise_zoo.ovito import AriseModifier
from arise_zoo.structures.operations import displace, remove_atoms

DOCS = Path(__file__).parents[1] / "docs"
CLASSES = ("fcc_cu", "hcp_mg", "diamond_c")
MISSING, DISPLACED, NEAREST = 0.15, 0.04, 2.5  # share; of the distance to the nearest neighbour; that, in angstrom
HEIGHT, SHOWN = 36.0, 5.0  # angstrom, of the sample and of the slab in its middle; its layers do not fit at the ends
SIZE = (400, 400)


def sample() -> Atoms:
    """Columns of three crystals, in which atoms are missing and the others are displaced."""
    atoms = voronoi_polycrystal(CLASSES, (90.0, 90.0, HEIGHT), 6, dimensions=2)
    rng = rng_for("pictures of OVITO", *CLASSES)
    return displace(remove_atoms(atoms, MISSING, rng), DISPLACED, NEAREST, rng)


def modifiers(model: str) -> dict[str, tuple[str, list]]:
    """Name of each picture -> what it shows, and the modifiers that make it."""
    arise = AriseModifier(model=model)
    uncertain = ColorCodingModifier(property="Mutual Information", gradient=ColorCodingModifier.Viridis())
    title = f"{MISSING:.0%} of the atoms missing, the others displaced by up to {DISPLACED:.0%}"
    return {
        "types": (f"Grains of {', '.join(CLASSES)}, {title}: types of AriseModifier", [arise]),
        "uncertainty": ("The same: mutual information, from low (dark) to high (bright)", [arise, uncertain]),
        "ptm": ("The same: types of polyhedral template matching", [PolyhedralTemplateMatchingModifier()]),
    }


def picture(atoms: Atoms, steps: list, path: Path) -> None:
    """Render the structure from above after some modifiers, in few colours, so that the file stays small."""
    data = ase_to_ovito(atoms)
    data.cell_.vis.enabled = False
    pipeline = Pipeline(source=StaticSource(data=data))
    pipeline.modifiers.extend(steps)
    pipeline.modifiers.append(SliceModifier(normal=(0, 0, 1), distance=HEIGHT / 2, slab_width=2 * SHOWN))
    pipeline.add_to_scene()
    view = Viewport(type=Viewport.Type.Top)
    view.zoom_all(size=SIZE)
    image = view.render_image(size=SIZE, renderer=TachyonRenderer(ambient_occlusion=False, shadows=False), crop=True)
    pipeline.remove_from_scene()
    image.convertToFormat(type(image).Format.Format_Indexed8).save(str(path))


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--model", default="arise-local", help="name or folder of a model of atoms (default: arise-local)"
    )
    parser.add_argument("--out", type=Path, default=DOCS / "figures", help="folder of the pictures")
    parser.add_argument("--page", type=Path, default=DOCS / "ovito.md", help="page in which they are shown")
    args = parser.parse_args()
    atoms, lines = sample(), []
    for name, (title, steps) in modifiers(args.model).items():
        path = args.out / f"ovito-{name}.png"
        picture(atoms, steps, path)
        lines += [f"![{title}](figures/{path.name})", "", f"{title}.", ""]
    shown = fill_between(
        args.page.read_text(encoding="utf-8"), "<!-- pictures -->", "<!-- end of pictures -->", "\n".join(lines)
    )
    write_text(args.page, shown)


if __name__ == "__main__":
    main()
