"""A network as an ONNX file: the pass that drops nothing, from descriptors to the probabilities of labels."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...common.storage import replacing
from ...errors import AriseZooError
from .forward import Member, Network

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto, TensorProto

OPSET = 17
"""Version of ONNX's operators: old enough for runtimes since 2022."""

_IR_VERSION = 8  # of files with these operators; that of a new `onnx` would be too new for older runtimes


def write_onnx(path: Path, network: Network, to_labels: np.ndarray, name: str, said: Mapping[str, Any]) -> Path:
    """Write a network and return the path.

    Parameters
    ----------
    path : Path
        The file.
    network : Network
        The network.
    to_labels : array of shape (n_outputs, n_labels)
        1 where an output of the network counts as a label.
    name : str
        Name of the model.
    said : mapping
        What the file's metadata say, as JSON.

    Raises
    ------
    AriseZooError
        Without the package `onnx`.
    StorageError
        If the file cannot be written.
    """
    try:
        import onnx
    except ModuleNotFoundError as error:
        raise AriseZooError("ONNX files need the package onnx: pip install 'arise-zoo[onnx]'.") from error
    model = _model(network, to_labels, name)
    onnx.helper.set_model_props(model, {key: json.dumps(value) for key, value in said.items()})
    onnx.checker.check_model(model, full_check=True)
    with replacing(path) as temporary:
        temporary.write_bytes(model.SerializeToString())
    return path


def _model(network: Network, to_labels: np.ndarray, name: str) -> ModelProto:
    from onnx import TensorProto
    from onnx.helper import make_graph, make_model, make_node, make_opsetid, make_tensor_value_info

    nodes: list[NodeProto] = []
    tensors: list[TensorProto] = []
    said = [_add_member(member, f"network_{i}", nodes, tensors) for i, member in enumerate(network.members, 1)]
    nodes.append(make_node("Mean", said, ["outputs"]))
    tensors.append(_tensor("to_labels", to_labels))
    nodes.append(make_node("MatMul", ["outputs", "to_labels"], ["probabilities"]))
    shapes = [("descriptor", network.n_features), ("probabilities", to_labels.shape[1])]
    ends = [make_tensor_value_info(end, TensorProto.FLOAT, ["n", width]) for end, width in shapes]
    graph = make_graph(nodes, name, ends[:1], ends[1:], tensors)
    return make_model(graph, producer_name="arise-zoo", ir_version=_IR_VERSION, opset_imports=[make_opsetid("", OPSET)])


def _add_member(member: Member, name: str, nodes: list[NodeProto], tensors: list[TensorProto]) -> str:
    """Add the nodes and tensors of one network; returns what its probabilities are called."""
    from onnx.helper import make_node

    def add(kind: str, x: str, *arrays: tuple[str, np.ndarray]) -> str:
        tensors.extend(_tensor(f"{name}.{what}", array) for what, array in arrays)
        out = f"{name}.{len(nodes)}"
        nodes.append(make_node(kind, [x, *(f"{name}.{what}" for what, _ in arrays)], [out]))
        return out

    x = add("Sub", "descriptor", ("mean", member.mean))
    x = add("Div", x, ("spread", member.spread))
    for i, (kernel, bias) in enumerate(zip(member.kernels, member.biases, strict=True)):
        x = add("Relu", x) if i else x
        x = add("Gemm", x, (f"kernel_{i}", kernel), (f"bias_{i}", bias))
    return add("Softmax", x)


def _tensor(name: str, array: np.ndarray) -> TensorProto:
    from onnx.numpy_helper import from_array

    return from_array(np.ascontiguousarray(array, np.float32), name)
