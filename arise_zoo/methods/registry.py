"""The methods that can be benchmarked by name: those of this package and of other packages.

Another package registers its own under the entry-point group `arise_zoo.methods`, each entry a callable without
arguments that returns a `Method`. Nothing of a method is imported before it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any

from ..common.quiet import quiet
from ..errors import AriseZooError, UnknownNameError
from .from_code import is_code, made_from
from .resolved import MethodError, resolve

if TYPE_CHECKING:
    from .protocol import Method

GROUP = "arise_zoo.methods"


@dataclass(frozen=True)
class MethodEntry:
    """A registered method: its name, where it is made (`module:factory`), a summary, and the package it is from.

    `slow`: a complete run would take days on two cores, so that a run of all methods takes the paper's tables alone,
    and only the classes that this method is meant for.
    """

    name: str
    target: str
    summary: str
    package: str = "arise-zoo"
    slow: bool = False


_LOCAL = "arise_zoo.methods.local_structure"
_SYMMETRY = "arise_zoo.methods.symmetry"
_PEERS = "arise_zoo.methods.peers"
_BASELINES = "arise_zoo.methods.baselines"
_NETWORK = "arise_zoo.methods.network"

_BUILT_IN = (
    MethodEntry("ptm", f"{_LOCAL}:ptm", "polyhedral template matching, RMSD up to 0.1"),
    MethodEntry("ptm-no-cutoff", f"{_LOCAL}:ptm_no_cutoff", "polyhedral template matching, any RMSD"),
    MethodEntry("cna", f"{_LOCAL}:cna", "common neighbour analysis, cut-off 3.2 angstrom"),
    MethodEntry("a-cna", f"{_LOCAL}:a_cna", "adaptive common neighbour analysis"),
    MethodEntry("i-cna", f"{_LOCAL}:i_cna", "interval common neighbour analysis"),
    MethodEntry("baa", f"{_LOCAL}:baa", "bond-angle analysis (Ackland-Jones)"),
    MethodEntry("spglib-loose", f"{_SYMMETRY}:spglib_loose", "space group by spglib, symprec 0.1, angles 5 degrees"),
    MethodEntry("spglib-tight", f"{_SYMMETRY}:spglib_tight", "space group by spglib, symprec 1e-4, angles 1 degree"),
    MethodEntry("matid-sbc", f"{_SYMMETRY}:matid_sbc", "symmetry-based clustering by MatID (extra: peers)", slow=True),
    MethodEntry("moyo-loose", f"{_SYMMETRY}:moyo_loose", "space group by moyo, as spglib-loose (extra: peers)"),
    MethodEntry("moyo-tight", f"{_SYMMETRY}:moyo_tight", "space group by moyo, as spglib-tight (extra: peers)"),
    MethodEntry(
        "structure-matcher",
        f"{_PEERS}.structure_matching:structure_matcher",
        "best match by pymatgen among the periodic classes (extra: peers)",
        slow=True,
    ),
    MethodEntry(
        "steinhardt",
        f"{_PEERS}.steinhardt:steinhardt",
        "averaged Steinhardt parameters q4 and q6 by freud (extra: peers)",
    ),
    MethodEntry("dc3", f"{_PEERS}.dc3:dc3", "data-centric crystal classifier, implemented anew"),
    MethodEntry(
        "slcsa", f"{_PEERS}.slcsa:slcsa", "supervised-learning crystal structure analysis by LAMMPS (extra: md)"
    ),
    MethodEntry("gnb", f"{_BASELINES}:gnb", "Gaussian naive Bayes on averaged SOAP descriptors"),
    MethodEntry("bnb", f"{_BASELINES}:bnb", "Bernoulli naive Bayes on averaged SOAP descriptors"),
    MethodEntry("random-forest", f"{_BASELINES}:random_forest", "random forest on averaged SOAP descriptors"),
    MethodEntry(
        "cosine", f"{_BASELINES}:cosine", "nearest pristine structure by the cosine of averaged SOAP descriptors"
    ),
)

_MODELS = (
    MethodEntry("arise-mlp", f"{_NETWORK}:arise_mlp", "Bayesian network on averaged SOAP descriptors, as in the paper"),
    MethodEntry(
        "arise-thermal",
        f"{_NETWORK}:arise_thermal",
        "average of Bayesian networks, two of them trained on blurred rows too",
    ),
    MethodEntry(
        "arise-robust",
        f"{_NETWORK}:arise_robust",
        "average of Bayesian networks trained on defects (of other seeds) too",
    ),
    MethodEntry(
        "arise-open",
        f"{_NETWORK}:arise_open",
        "average of Bayesian networks trained on pairs of atoms of perfect crystals, which know what is unknown",
    ),
    MethodEntry(
        "arise-field",
        f"{_NETWORK}:arise_field",
        "average of Bayesian networks trained on structures as one meets them, which know what is unknown",
    ),
    MethodEntry(
        "arise-local",
        f"{_NETWORK}:arise_local",
        "Bayesian network for single atoms, trained on structures as one meets them, which knows what is unknown",
    ),
)
"""Methods that are models of the same name: those whose checkpoint is part of the package are there."""


def list_methods() -> list[MethodEntry]:
    """All registered methods, this package's first, without importing any of them."""
    from ..models import shipped_models

    shipped = shipped_models()
    models = [entry for entry in _MODELS if entry.name in shipped]
    return [*_BUILT_IN, *models, *(_entry(point) for point in entry_points(group=GROUP))]


def _entry(point: EntryPoint) -> MethodEntry:
    package = point.dist.name if point.dist else "unknown package"
    return MethodEntry(point.name, point.value, f"from {package}", package)


def get_method(name: str) -> Method:
    """Make the method of this name, or the one whose code `FILE.py:NAME` or `MODULE:NAME` makes it.

    Raises `UnknownNameError` with the nearest name, or `MethodError` if the name is registered twice, its package
    fails to load, or what it makes does not follow the protocol.
    """
    if is_code(name):
        method = _loaded(name, "", lambda: made_from(name))
        resolve(method)
        return method
    found = [entry for entry in list_methods() if entry.name == name]
    if not found:
        raise UnknownNameError("method", name, [entry.name for entry in list_methods()])
    if len(found) > 1:
        packages = " and ".join(entry.package for entry in found)
        raise MethodError(f"method {name!r} is registered by {packages}; rename or uninstall one.")
    (entry,) = found
    module, _, factory = entry.target.partition(":")
    method = _loaded(name, f" of {entry.package}", lambda: getattr(import_module(module), factory.strip())())
    resolve(method)
    if method.name != name:
        raise MethodError(f"method {name!r} of {entry.package} calls itself {method.name!r}; make the names one.")
    return method


def _loaded(name: str, origin: str, make: Callable[[], Any]) -> Method:
    try:
        with quiet():  # its libraries have nothing to say
            method: Method = make()
    except AriseZooError:
        raise
    except (Exception, SystemExit) as error:  # another package's code may do anything
        reason = f"{type(error).__name__}: {error}"
        raise MethodError(f"method {name!r}{origin} cannot be loaded ({reason}).") from error
    return method
