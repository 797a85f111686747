"""No numbers end the interpreter, hang or take memory out of proportion: an answer, or one sentence."""

import multiprocessing
import resource
import time

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arise_zoo.descriptors import AveragedSOAP, nearest_neighbour_scale
from arise_zoo.errors import AriseZooError, StructureError
from arise_zoo.prototypes import get_prototype

CUBE = [(0, 0, 0), (0, 0.5, 0.5), (0.5, 0, 0.5), (0.5, 0.5, 0)]


def scattered(farthest):
    places = np.vstack([np.random.default_rng(0).random((100, 3)) * 10, [farthest, 0, 0]])
    return Atoms("Cu101", places)


EXTREMES = {
    "far": lambda: Atoms("Cu2", [(0, 0, 0), (1e150, 0, 0)]),
    "long": lambda: Atoms("Cu", cell=[4, 4, 1e6], pbc=True),
    "longer": lambda: Atoms("Cu", cell=[4, 4, 1e12], pbc=True),
    "flat": lambda: Atoms("Cu", cell=[[10, 0, 0], [10, 1e-8, 0], [0, 0, 10]], pbc=True),
    "tiny": lambda: Atoms("Cu", cell=[1e-12] * 3, pbc=True),
    "huge": lambda: Atoms("Cu4", np.eye(4, 3) * 1e300),
    "unwrapped": lambda: Atoms("Cu2", [(0, 0, 0), (1e18, 0, 0)], cell=[4, 4, 4], pbc=True),
    "apart": lambda: Atoms("CuAl", [(0, 0, 0), (1e4, 0, 0)], cell=[2e4, 4, 4], pbc=True),
    "vacuum": lambda: Atoms("Cu2", [(0, 0, 0), (2, 0, 0)], cell=[1e8] * 3, pbc=True),
    "skew": lambda: Atoms("Cu", cell=[[4, 0, 0], [4e5, 4, 0], [0, 4e7, 4]], pbc=True),
    "one far": lambda: scattered(1e9),
    "not a number": lambda: Atoms("Cu2", [(0, 0, 0), (np.nan, 0, 0)]),
    "no number in the cell": lambda: Atoms("Cu2", [(0, 0, 0), (1, 0, 0)], cell=[np.nan] * 3, pbc=True),
    "no cell": lambda: Atoms("Cu2", [(0, 0, 0), (1, 0, 0)], pbc=True),
}


def outcome(make, queue):
    resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
    AveragedSOAP().create(bulk("Cu"))  # compile first
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    try:
        found = bool(np.isfinite(AveragedSOAP().create(make())).all())
    except AriseZooError as error:
        found = "\n" not in str(error)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    queue.put((found, time.monotonic() - started, grown / 1e6))


@pytest.mark.parametrize("name", EXTREMES)
def test_extreme_numbers_have_an_answer_or_a_sentence_at_once(name):
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    process = context.Process(target=outcome, args=(EXTREMES[name], queue))
    process.start()
    found, seconds, gigabytes = queue.get(timeout=60)
    process.join(10)
    assert process.exitcode == 0
    assert found and seconds < 10 and gigabytes < 1


@pytest.mark.parametrize("unit", [1e-10, 1e-3, 1.0, 1e6, 1e10])
@pytest.mark.parametrize("class_id", ["fcc_cu", "nacl", "beta_sn"])
def test_the_unit_of_length_does_not_matter(unit, class_id):
    atoms = get_prototype(class_id).build()
    scaled = atoms.copy()
    scaled.set_cell(atoms.cell * unit, scale_atoms=True)
    assert np.abs(AveragedSOAP().create(scaled) - AveragedSOAP().create(atoms)).max() < 1e-6
    symbol = atoms.get_chemical_symbols()[0]
    ratio = nearest_neighbour_scale(scaled, symbol, symbol) / nearest_neighbour_scale(atoms, symbol, symbol)
    assert ratio == pytest.approx(unit, rel=1e-6)


@pytest.mark.parametrize("shift", [0.0, 1e-6, 0.04])
def test_an_atom_given_twice_is_named(shift):
    atoms = bulk("Al", cubic=True).repeat(4)
    atoms += Atoms("Al", [atoms.positions[17] + [shift, 0, 0]])
    with pytest.raises(StructureError, match=r"^atoms 17 and 256 \(from 0\) are only .* angstrom apart"):
        AveragedSOAP().create(atoms)


SIZES = st.sampled_from([0.0, 1e-300, 1e-9, 1e-3, 0.5, 1.0, 2.5, 4.0, 10.0, 1e3, 1e6, 1e9, 1e150, 1e308])
NUMBERS = st.tuples(SIZES, st.sampled_from([-1.0, 1.0]), st.floats(0.5, 1.5)).map(lambda x: x[0] * x[1] * x[2])


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    positions=st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), min_size=1, max_size=6),
    cell=st.tuples(*[st.tuples(NUMBERS, NUMBERS, NUMBERS)] * 3),
    pbc=st.tuples(st.booleans(), st.booleans(), st.booleans()),
    numbers=st.lists(st.integers(0, 118), min_size=6, max_size=6),
)
def test_any_numbers_have_a_finite_answer_or_a_sentence(positions, cell, pbc, numbers):
    with np.errstate(all="ignore"):
        atoms = Atoms(numbers[: len(positions)], positions=positions, cell=cell, pbc=pbc)
        started = time.monotonic()
        try:
            assert np.isfinite(AveragedSOAP().create(atoms)).all()
        except AriseZooError as error:
            assert "\n" not in str(error)
        assert time.monotonic() - started < 10
