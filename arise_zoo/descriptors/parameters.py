"""Which descriptor has given parameters: what checkpoints, methods and kept vectors know a descriptor by."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np
    from ase import Atoms

KIND = "kind"
"""The parameter that names the descriptor; without it, it is `AveragedSOAP`."""

CHANNELS = "channels"
"""The kind that is `ChannelSOAP`."""

LOCAL = "local"
"""The kind that is `LocalSOAP`, which gives a vector for each atom."""


class Descriptor(Protocol):
    """What turns a structure into a vector, or into one for each atom."""

    @property
    def n_features(self) -> int:
        """Length of the vector."""
        ...

    def create(self, atoms: Atoms) -> np.ndarray:
        """The vector of a structure, shape (n_features,), or those of its atoms, shape (n_atoms, n_features); raises
        `StructureError` if it has none."""
        ...


def descriptor_with(parameters: Mapping[str, Any]) -> Descriptor:
    """The descriptor with these parameters, of the kind that they name.

    Raises `UnknownNameError` for a kind or a parameter that there is not, `DescriptorError` for one out of range.
    """
    return _descriptor(tuple(parameters.items()))


@lru_cache(maxsize=8)  # tables of radial functions are made once
def _descriptor(parameters: tuple[tuple[str, Any], ...]) -> Descriptor:
    from ..errors import DescriptorError, UnknownNameError
    from .averaged_soap import AveragedSOAP
    from .channel_soap import ChannelSOAP
    from .local import LocalSOAP

    named = dict(parameters)
    kinds = {None: AveragedSOAP, CHANNELS: ChannelSOAP, LOCAL: LocalSOAP}
    kind = named.pop(KIND, None)
    if kind not in kinds:
        raise UnknownNameError("kind of descriptor", str(kind), [CHANNELS, LOCAL])
    known = list(inspect.signature(kinds[kind]).parameters)
    for name in named:
        if name not in known:
            raise UnknownNameError(f"parameter of {kinds[kind].__name__}", name, known)
    try:
        made: Descriptor = kinds[kind](**named)
    except TypeError as error:
        raise DescriptorError(f"{kinds[kind].__name__} has other parameters than these ({error}).") from None
    return made
