"""Averaged SOAP descriptors and the length scale of a pair of species.

Structures come from anywhere; data sets of descriptors are made elsewhere.
"""

from .averaged_soap import (
    PAPER_R_CUTS,
    PAPER_SCALES,
    PAPER_SIGMAS,
    AveragedSOAP,
    component_order,
    number_of_features,
    soap_grid,
)
from .scales import nearest_neighbour_scale

__all__ = [
    "PAPER_R_CUTS",
    "PAPER_SCALES",
    "PAPER_SIGMAS",
    "AveragedSOAP",
    "component_order",
    "nearest_neighbour_scale",
    "number_of_features",
    "soap_grid",
]
