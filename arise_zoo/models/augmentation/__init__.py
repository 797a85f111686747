"""Further training rows: thermally blurred descriptors, and structures with displaced and missing atoms."""
