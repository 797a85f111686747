"""The types that code sees of a record are those of its JSON Schema."""

import types
from typing import Literal, Union, get_args, get_origin, get_type_hints, is_typeddict

import pytest

from arise_zoo.benchmark.record import Record, record_schema

PLAIN = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}


def faults(kind, schema, where):
    """Places at which a type and a schema do not say the same."""
    if "$ref" in schema:
        schema = record_schema()["$defs"][schema["$ref"].rpartition("/")[2]]
    if is_typeddict(kind):
        hints, known = get_type_hints(kind), schema["properties"]  # "n" of an AUROC is not in the schema of estimates
        if hints.keys() - known.keys() - {"n"} or known.keys() - hints.keys():
            yield f"{where}: {sorted(hints.keys() ^ known.keys())}"
        if set(schema["required"]) - kind.__required_keys__:
            yield f"{where}: required {sorted(schema['required'])}, {sorted(kind.__required_keys__)}"
        for name in hints.keys() & known.keys():
            yield from faults(hints[name], known[name], f"{where}.{name}")
    elif get_origin(kind) is Literal:
        if list(get_args(kind)) != schema.get("enum"):
            yield f"{where}: {get_args(kind)}, {schema}"
    elif get_origin(kind) is list:
        if schema["type"] != "array":
            yield f"{where}: {schema}"
        for item in [schema["items"]] if "items" in schema else schema["prefixItems"]:
            yield from faults(get_args(kind)[0], item, f"{where}[]")
    elif get_origin(kind) is dict:
        if schema["type"] != "object":
            yield f"{where}: {schema}"
        if isinstance(schema.get("additionalProperties"), dict):
            yield from faults(get_args(kind)[1], schema["additionalProperties"], f"{where}{{}}")
    elif get_origin(kind) in (Union, types.UnionType):
        kinds = get_args(kind)
        if "anyOf" in schema:
            for part, option in zip(kinds, schema["anyOf"], strict=True):
                yield from faults(part, option, where)
        elif sorted(PLAIN[part] for part in kinds) != sorted(schema["type"]):
            yield f"{where}: {kinds}, {schema}"
    elif "enum" in schema:
        if not all(isinstance(value, kind) for value in schema["enum"]):
            yield f"{where}: {kind}, {schema}"
    elif PLAIN[kind] != schema["type"]:
        yield f"{where}: {kind}, {schema}"


def test_the_type_of_a_record_is_its_schema():
    assert list(faults(Record, record_schema(), "record")) == []


@pytest.mark.parametrize("change", [{"type": "integer"}, {"type": "array", "items": {"type": "string"}}])
def test_a_difference_is_found(change):
    schema = {**record_schema(), "properties": {**record_schema()["properties"], "citation": change}}
    assert list(faults(Record, schema, "record"))
