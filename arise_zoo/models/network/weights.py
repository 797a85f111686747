"""The arrays of a saved network: in Keras's HDF5 file, and the same in a safetensors file beside it.

Which layers there are follows from the network's configuration, which `forward` reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ...common.storage import replacing
from ...errors import AriseZooError

WEIGHTS, SAFETENSORS = "model.weights.h5", "model.safetensors"
"""The file that Keras reads, and the one that is read here if it is there."""

_LARGEST_LAYER = 2**28  # bytes
_PARTS = {"Normalization": ("mean", "variance"), "Dense": ("kernel", "bias")}
"""What the two arrays of a layer are called."""


class NetworkError(AriseZooError, ValueError):
    """Files that hold no network of the kind that `Architecture` builds, or inputs that do not fit one."""


def read_arrays(
    folder: Path, layers: Sequence[dict[str, Any]], member: int | None
) -> list[tuple[np.ndarray, np.ndarray]]:
    """The two arrays of each layer that has weights, in order.

    `layers`: their configurations; `member`: which network, if the folder holds several. Raises `NetworkError`.
    """
    if not (folder / SAFETENSORS).is_file():
        return _from_hdf5(folder / WEIGHTS, layers, member)
    from safetensors import SafetensorError, safe_open

    path = folder / SAFETENSORS
    try:
        with safe_open(path, framework="numpy") as file:
            return [(file.get_tensor(a), file.get_tensor(b)) for a, b in _names(layers, member)]
    except (OSError, SafetensorError, KeyError, TypeError) as error:
        raise NetworkError(f"{path} does not hold the weights of its network ({error}).") from error


def copy_to_safetensors(folder: Path, networks: Iterable[tuple[int | None, Sequence[dict[str, Any]]]]) -> None:
    """Write the arrays of all networks in the HDF5 file of a folder, each with its number and the configurations of
    its layers, into the safetensors file, whose tensors are `output.kernel`, or `network_2.output.kernel` of the
    second network."""
    from safetensors.numpy import save

    tensors: dict[str, np.ndarray] = {}
    for member, layers in networks:
        for names, pair in zip(_names(layers, member), _from_hdf5(folder / WEIGHTS, layers, member), strict=True):
            tensors.update(zip(names, map(np.ascontiguousarray, pair), strict=True))
    with replacing(folder / SAFETENSORS) as temporary:
        temporary.write_bytes(save(tensors))


def _names(layers: Sequence[dict[str, Any]], member: int | None) -> list[tuple[str, str]]:
    """What the two arrays of each layer that has weights are called in the safetensors file."""
    network = "" if member is None else f"network_{member + 1}."
    with_weights = [layer for layer in layers if layer["class_name"] in _PARTS]
    heads = [f"{network}{layer['config']['name']}" for layer in with_weights]
    parts = [_PARTS[layer["class_name"]] for layer in with_weights]
    return [(f"{head}.{first}", f"{head}.{second}") for head, (first, second) in zip(heads, parts, strict=True)]


def _from_hdf5(path: Path, layers: Sequence[dict[str, Any]], member: int | None) -> list[tuple[np.ndarray, np.ndarray]]:
    import h5py

    arrays = []
    seen: dict[str, int] = {}
    top = "layers" if member is None else f"layers/sequential{f'_{member}' if member else ''}/layers"
    try:
        with h5py.File(path) as file:
            for kind in (layer["class_name"] for layer in layers):
                if kind in _PARTS:
                    number = seen[kind] = seen.get(kind, -1) + 1
                    name = kind.lower() + (f"_{number}" if number else "")  # Keras numbers layers by their class
                    group = file[top][name]["vars"]
                    if group["0"].nbytes + group["1"].nbytes > _LARGEST_LAYER:
                        raise NetworkError(f"{path} declares a layer of {group['0'].shape}, which is too large.")
                    arrays.append((group["0"][()], group["1"][()]))
    except (OSError, KeyError) as error:
        raise NetworkError(f"{path} does not hold the weights of its network ({error}).") from error
    return arrays
