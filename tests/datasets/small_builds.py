"""What the small builds of these tests hold."""

LIMIT = 65  # two shards of defects: all 60 structures of the first class, 5 of the second
CONDITION, OTHER = "missing-0.05", "both-0.2-0.04"
