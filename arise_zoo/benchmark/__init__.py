"""The benchmark: the paper's tables, who is scored on what, the runner, scores, records.

Methods live in `arise_zoo.methods`, the structures they are shown in `arise_zoo.structures`.
"""

from .record import VOLATILE_FIELDS, RecordError, read_record, record_schema, validate_record
from .runner import evaluate
from .tables import TABLES, published_accuracy, table_conditions

__all__ = [
    "TABLES",
    "VOLATILE_FIELDS",
    "RecordError",
    "evaluate",
    "published_accuracy",
    "read_record",
    "record_schema",
    "table_conditions",
    "validate_record",
]
