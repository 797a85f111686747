"""What an answer shows besides distances is what others say."""

import numpy as np
import pytest
from ase import Atoms
from ase.formula import Formula

from arise_zoo.common.seeds import rng_for
from arise_zoo.index.evidence import formula


@pytest.mark.parametrize("elements", [(6, 1, 8, 7), (6, 8, 17), (1, 8), (11, 17, 8), (29,)])
def test_formulas_are_reduced_and_in_the_order_of_hill_as_by_ase(elements):
    for number in range(20):
        numbers = rng_for("formula", number, *elements).choice(elements, 12)
        expected, _ = Formula(Atoms(numbers, np.zeros((12, 3))).get_chemical_formula()).reduce()
        assert formula(Atoms(numbers, np.zeros((12, 3)))) == f"{expected:hill}"
