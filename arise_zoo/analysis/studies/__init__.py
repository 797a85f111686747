"""The paper's studies: each a module that computes, draws its figures and returns its numbers.

A study's module has `run(out, *, small, seed, **options) -> dict`: it writes its figures into the folder `out` and
returns numbers that JSON can hold. `small=True` is a version of it that takes seconds. The options are those of
`run_study`; a study takes those it needs and ignores the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from ..._version import __version__
from ...common.storage import check_room, write_json
from ...errors import UnknownNameError

_STUDIES: dict[str, tuple[str, str]] = {
    "four-grains": ("four_grains", "a polycrystal of fcc, bcc, hcp and diamond, pristine and defective"),
    "superalloy": ("superalloy", "an ordered cube in the disordered matrix of a nickel superalloy"),
    "stem-graphene": ("stem_graphene", "graphene in a scanning-transmission-electron-microscope image"),
    "bain-path": ("bain_path", "tetragonal crystals between face-centred and body-centred cubic"),
    "out-of-sample": ("out_of_sample", "prototypes that are none of the 108, beside the published answers"),
    "order-parameter": ("order_parameter", "mutual information of a nanoparticle whose disorder is annealed away"),
}
"""Name -> (module of this package, what is studied)."""


def study_names() -> tuple[str, ...]:
    """Names of all studies."""
    return tuple(_STUDIES)


def describe_study(name: str) -> str:
    """What a study looks at, in a few words."""
    return _STUDIES[name][1]


def run_study(
    name: str,
    out: str | Path = "studies",
    *,
    small: bool = False,
    seed: int = 0,
    source: str | Path | None = None,
    model: str = "arise-mlp",
    n_jobs: int = 1,
    scheduler: str | None = None,
    progress: bool = False,
) -> dict[str, Any]:
    """Run a study; write its figures and its record `<name>.json` into the folder `out`, and return the record.

    Parameters
    ----------
    name : str
        Name of the study.
    out : str or Path
        Output folder.
    small : bool, default False
        Run a version that takes seconds.
    seed : int, default 0
        Seed of all random draws.
    source : str or Path, optional
        Input file, for the studies that read one.
    model : str, default "arise-mlp"
        Name of a shipped model or folder of a checkpoint.
    n_jobs, scheduler
        As in `strided_pattern_matching`.
    progress : bool, default False
        Show progress on standard error.

    Raises
    ------
    UnknownNameError
        For an unknown study.
    """
    if name not in _STUDIES:
        raise UnknownNameError("study", name, _STUDIES)
    out = Path(out)
    check_room(out)
    out.mkdir(parents=True, exist_ok=True)
    module = import_module(f".{_STUDIES[name][0]}", __name__)
    numbers = module.run(
        out,
        small=small,
        seed=seed,
        source=None if source is None else Path(source),
        model=model,
        n_jobs=n_jobs,
        scheduler=scheduler,
        progress=progress,
    )
    record = {
        "study": name,
        "small": small,
        "seed": seed,
        "model": Path(model).name,
        "package_version": __version__,
        "numbers": numbers,
    }
    write_json(out / f"{name}.json", record)
    return record


def flat(numbers: dict[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """(name, value) of all numbers of a study, names of nested ones joined by dots."""
    for name, value in numbers.items():
        if isinstance(value, dict):
            yield from flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value
