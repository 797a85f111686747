"""What is near to a structure in any library: what it is, or that it is nothing known.

Retrieval needs no training: an entry that is added is recognised at once. How the distance was learnt is told in
`scripts/fit_metric.py`; networks are in `arise_zoo.models`.
"""

from .answers import Hit, Similar, table_of
from .folder import IndexFolderError
from .searching import search_files
from .sources import Item, items_of
from .structure_index import StructureIndex

__all__ = ["Hit", "IndexFolderError", "Item", "Similar", "StructureIndex", "items_of", "search_files", "table_of"]
