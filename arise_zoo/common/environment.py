"""Where a record was made: versions of packages, processor, cores. Probes that fail say "unknown"."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_ALWAYS = ("arise-zoo", "ase", "numpy", "scipy", "pyarrow")


def package_versions(packages: tuple[str, ...] = ()) -> dict[str, str]:
    """Installed versions of the packages on which structures and scores depend, and of these."""
    versions = {}
    for name in (*_ALWAYS, *packages):
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            versions[name] = "unknown"
    return versions


def hardware() -> dict[str, str | int]:
    """Processor, number of cores, memory, operating system and Python of this machine."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 0,
        "memory_gib": _memory_gib(),
        "system": platform.platform(),
        "python": platform.python_version(),
    }


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or "unknown"


def _memory_gib() -> int | str:
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)
    except (AttributeError, OSError, ValueError):
        return "unknown"
