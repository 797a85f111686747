from .bain import bain_path as bain_path
from .grain_boundary import tilt_grain_boundary as tilt_grain_boundary
from .particles import nanoparticle as nanoparticle
from .polycrystal import voronoi_polycrystal as voronoi_polycrystal
from .stacking import stacking_fault as stacking_fault
from .superalloys import superalloy as superalloy
