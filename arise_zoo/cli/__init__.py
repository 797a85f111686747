"""The commands `arise-bench` and `arise-zoo`: thin wrappers around functions that Python users call."""
