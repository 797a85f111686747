"""Where boxes stand: the paper's rule, the axes that are chosen, periodic cells, and grids that cannot be."""

import ase.build
import ase.io
import numpy as np
import pytest
from ase import Atoms

from arise_zoo.analysis import make_grid
from arise_zoo.analysis.grid import GridError, number_of_positions
from arise_zoo.errors import StructureError


def cloud(*lengths):
    corners = np.array(np.meshgrid(*[(0.0, length) for length in lengths])).reshape(3, -1).T
    return Atoms("C8", positions=corners + 5.0)


def test_the_four_grains_have_the_published_119_by_121_positions(four_grains_file):
    grid = make_grid(ase.io.read(four_grains_file), box=16, stride=1)
    assert grid.shape == (121, 119, 1) and grid.axes == "xy"


@pytest.mark.parametrize(("length", "expected"), [(30.0, 11), (30.5, 11), (32.9, 11), (33.0, 12), (2.0, 1)])
def test_there_are_as_many_positions_as_whole_strides_and_one_more(length, expected):
    assert number_of_positions(length, box=12.0, stride=3.0) == expected


def test_more_positions_are_added_where_strides_longer_than_the_box_leave_the_end_uncovered():
    assert number_of_positions(19.0, box=4.0, stride=10.0) == 3


def test_the_boxes_overhang_is_shared_by_both_ends():
    grid = make_grid(cloud(30.3, 28.1, 6.0), box=8, stride=3)
    centres = grid.centres()
    assert grid.shape == (13, 13, 1)
    np.testing.assert_allclose(centres.min(axis=0) + centres.max(axis=0), np.array([30.3, 28.1, 6.0]) + 10.0)
    np.testing.assert_allclose(np.unique(centres[:, 2]), [8.0])


@pytest.mark.parametrize(
    ("lengths", "axes"), [((40, 5, 5), "x"), ((5, 5, 40), "z"), ((40, 40, 5), "xy"), ((40, 40, 40), "xyz")]
)
def test_boxes_move_along_the_axes_that_are_longer_than_the_box(lengths, axes):
    assert make_grid(cloud(*lengths), box=10, stride=2).axes == axes


def test_the_axes_can_be_chosen_by_number_or_name():
    atoms = cloud(40, 30, 20)
    assert make_grid(atoms, box=10, stride=2, dimensions=1).axes == "x"
    assert make_grid(atoms, box=10, stride=2, dimensions="2").axes == "xy"
    assert make_grid(atoms, box=10, stride=2, dimensions="yz").axes == "yz"


def test_along_a_period_the_strides_close_and_there_is_no_padding():
    crystal = ase.build.bulk("Cu", cubic=True).repeat(5)
    crystal.pbc = (True, True, False)
    grid = make_grid(crystal, box=10, stride=2.5, padding=0.0)
    assert grid.shape[:2] == (8, 8)
    np.testing.assert_allclose(grid.steps[0] * 8, crystal.cell[0])


def test_a_skew_cell_has_a_skew_grid():
    crystal = ase.build.bulk("Cu").repeat(10)
    grid = make_grid(crystal, box=10, stride=3)
    np.testing.assert_allclose(grid.steps * np.array(grid.shape)[:, None], crystal.cell.array)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"stride": 0.0}, "the stride must be a positive length in angstrom, not 0"),
        ({"stride": float("nan")}, "the stride must be a positive length"),
        ({"box": -3.0}, "the box must be a positive length in angstrom, not -3"),
        ({"box": 60.0}, "the box of 60 angstrom is larger than the structure \\(40 x 40 x 5 angstrom\\)"),
        ({"padding": -1.0}, "the padding must not be negative"),
        ({"dimensions": 4}, "a grid has 1, 2 or 3 dimensions, not 4"),
        ({"dimensions": "xw"}, "the axes of the grid are some of x, y and z, not 'xw'"),
    ],
)
def test_a_grid_that_cannot_be_gets_one_sentence(change, sentence):
    with pytest.raises(GridError, match=sentence):
        make_grid(cloud(40, 40, 5), **{"box": 10.0, "stride": 1.0, **change})


def test_a_periodic_structure_without_a_cell_gets_one_sentence():
    atoms = cloud(40, 40, 5)
    atoms.pbc = True
    with pytest.raises(StructureError, match="has no periodic cell along each periodic direction"):
        make_grid(atoms, box=10)
    with pytest.raises(StructureError, match="holds no atoms"):
        make_grid(Atoms(), box=10)
