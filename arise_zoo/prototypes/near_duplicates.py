"""Classes that methods mistake for each other, because their structures hardly differ."""

NEAR_DUPLICATES: tuple[tuple[str, ...], ...] = (
    ("cu2znsis4", "cu2cdges4"),
    ("hexagonal_graphite_c", "rhombohedral_graphite_c"),
    ("scpse3", "vpse3"),
    ("cssncl3_tetragonal", "cssncl3_orthorhombic"),
    ("agnbo3_cubic", "cssni3_cubic"),
    ("c3n", "graphene"),
    ("alpha_sm", "dhcp_alpha_la", "hcp_mg"),
)
"""They differ in little more than species, stacking or a small distortion."""
