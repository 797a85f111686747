"""Averaged SOAP descriptors of structures and atoms, and the length scale of a pair of species.

Structures come from anywhere; data sets of descriptors are made elsewhere.
"""

from .averaged_soap import AveragedSOAP, component_order, number_of_features, soap_grid
from .channel_soap import ChannelSOAP
from .dscribe_engine import averaged_soap_by_dscribe, environments_by_dscribe
from .first_peak import first_peak_distance
from .local import LocalSOAP, MovingSums
from .parameters import descriptor_with
from .scales import nearest_neighbour_scale
from .settings import EXTRINSIC_SCALES as PAPER_SCALES
from .settings import R_CUTS as PAPER_R_CUTS
from .settings import SIGMAS as PAPER_SIGMAS

__all__ = [
    "PAPER_R_CUTS",
    "PAPER_SCALES",
    "PAPER_SIGMAS",
    "AveragedSOAP",
    "ChannelSOAP",
    "LocalSOAP",
    "MovingSums",
    "averaged_soap_by_dscribe",
    "component_order",
    "descriptor_with",
    "environments_by_dscribe",
    "first_peak_distance",
    "nearest_neighbour_scale",
    "number_of_features",
    "soap_grid",
]
