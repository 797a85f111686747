"""Names of conditions in words, and their order on an axis."""

from __future__ import annotations

KINDS = ("pristine", "displacement", "missing", "both")
"""Kinds of the paper's conditions."""


_MEANINGS = {
    "pristine": "the perfect crystal",
    "slab": "films of whole cells, at least 2.5 d_NN thick",
    "rotated": "the finite structure, turned at random",
    "mixed-mild": "5 % of the atoms missing, 2 % exchanged, 1 % of strain, and heat of 2 % of d_NN",
    "mixed-strong": "20 % of the atoms missing, 10 % exchanged, 3 % of strain, and heat of 4 % of d_NN",
    "unknown": "crystals of 40 other prototypes, which should be called unknown",
    "amorphous": "atoms packed at random, which should be called unknown",
    "quenched": "melts that were cooled fast, in molecular dynamics",
    "gas": "gases in molecular dynamics",
    "interface": "crystal and melt side by side in molecular dynamics, atom by atom",
    "variant-near": "free parameters 30 % of the way to where the crystal ceases to be of its class",
    "variant-middle": "free parameters 60 % of the way to where the crystal ceases to be of its class",
    "variant-far": "free parameters 90 % of the way to where the crystal ceases to be of its class",
    "species": "other elements of the same families",
    "compounds": "real compounds with lattices, coordinates and elements of their own",
}
_MEANINGS_OF_SERIES = {
    "displacement": "atoms displaced at random by at most {0} of d_NN",
    "missing": "{0} of the atoms missing",
    "both": "{0} of the atoms missing, the others displaced at random by at most {1} of d_NN",
    "md": "frames of molecular dynamics at {0} of the melting point",
    "liquid": "melts in molecular dynamics, at {0} of the melting point",
    "substitution": "{0} of the atoms exchanged for another species",
    "expanded": "all lengths {0} longer",
    "compressed": "all lengths {0} shorter",
    "uniaxial": "strained by {0} along a random direction",
    "thermal": "normal displacements with a standard deviation of {0} of d_NN",
    "cluster": "particles of {0} atoms",
    "added": "{0} more atoms, at random places",
}


def kind(condition: str) -> str:
    """Of `both-0.2-0.04`, `both`; of `md-0.8`, `dynamics`; `depth` for all others beyond the paper."""
    first = condition.partition("-")[0]
    if first == "md":
        return "dynamics"
    return first if first in KINDS else "depth"


def amount(condition: str) -> float | None:
    """What orders the conditions of a kind: the share missing, the displacement or the temperature; None in `depth`."""
    if kind(condition) == "depth":
        return None
    return float(condition.split("-")[1]) if "-" in condition else 0.0


def condition_name(condition: str) -> str:
    """`both-0.2-0.04` as "missing 20 %, displacement 4 %"; those beyond the paper without hyphens."""
    numbers = [f"{100 * float(part):g} %" for part in condition.split("-")[1:]] if kind(condition) in KINDS else []
    if kind(condition) == "both":
        return f"missing {numbers[0]}, displacement {numbers[1]}"
    return " ".join([kind(condition), *numbers]) if numbers else condition.replace("-", " ")


def condition_meaning(condition: str) -> str:
    """What is done to the crystals, as a phrase; of `both-0.2-0.04` with its numbers. Empty for an unheard-of one."""
    if condition in _MEANINGS:
        return _MEANINGS[condition]
    series, *numbers = condition.split("-")
    texts = [n if series == "cluster" else f"{100 * float(n):g} %" for n in numbers if series in _MEANINGS_OF_SERIES]
    return _MEANINGS_OF_SERIES.get(series, "").format(*texts)
