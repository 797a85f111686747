"""The folder of a Hugging Face Space that shows the page."""

from __future__ import annotations

import shutil
from pathlib import Path

from .._version import __version__
from ..common.storage import StorageError
from .answering import LIMITS, Limits
from .server import PORT

_README = f"""---
title: Which crystal is this?
emoji: 💎
colorFrom: blue
colorTo: yellow
sdk: docker
app_port: {PORT}
license: apache-2.0
short_description: The crystal structure of a file, with a verdict
tags:
- crystal-structure
- materials-science
---

Drop a file of a structure or a trajectory: its atoms in 3D, the most similar crystal classes with a verdict in words,
and the nearest prototypes, by arise_zoo {__version__}. Files are deleted after the answer.
"""

_DOCKERFILE = """FROM python:3.12-slim
RUN useradd --create-home --uid 1000 user
USER user
WORKDIR /home/user/app
ENV PATH=/home/user/.local/bin:$PATH
COPY --chown=user requirements.txt .
RUN pip install --no-cache-dir --requirement requirements.txt
COPY --chown=user app.py .
CMD ["python", "app.py"]
"""


def write_space(
    folder: str | Path, *, model: str = "arise-field", atoms_model: str | None = None, limits: Limits = LIMITS
) -> Path:
    """Write README.md, requirements.txt, app.py and Dockerfile of a Space into a new or empty folder, and return it.

    `model`, `atoms_model`: names of models that are part of the package, or OWNER/NAME on the Hub. Raises
    `StorageError` if the folder holds something or cannot be written.
    """
    folder = Path(folder)
    options = {"host": "0.0.0.0", "port": PORT, "model": model, "atoms_model": atoms_model, "limits": limits}
    arguments = ", ".join(f"{name}={value!r}" for name, value in options.items())
    files = {
        "README.md": _README,
        "requirements.txt": f"arise-zoo-core[app]=={__version__}\n",
        "app.py": f'from arise_zoo.app import Limits, serve\n\nif __name__ == "__main__":\n    serve({arguments})\n',
        "Dockerfile": _DOCKERFILE,
    }
    temporary = folder.absolute().with_name(f".{folder.absolute().name}.part")
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise StorageError(f"{folder} holds something; name a new or empty folder.")
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(parents=True)
        for name, text in files.items():
            (temporary / name).write_text(text, encoding="utf-8")
        temporary.replace(folder)
    except StorageError:
        raise
    except OSError as error:
        shutil.rmtree(temporary, ignore_errors=True)
        raise StorageError(f"cannot write {folder}: {error.strerror or error}; choose another folder.") from error
    return folder
