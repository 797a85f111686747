"""Bringing a checkpoint that an earlier package wrote up to what this one writes, without training it again."""

from __future__ import annotations

from pathlib import Path

from ..common.manifest import CARD
from ..common.storage import write_text
from .card import card_of
from .checkpoint import read_checkpoint, read_training, seal
from .network.forward import add_safetensors


def renew_checkpoint(folder: str | Path) -> Path:
    """Write the safetensors file and the card of a checkpoint, and its manifest anew; returns the folder.

    Weights, labels, thresholds and reference prediction stay as they are. Raises `CheckpointError`, before anything is
    written, if the checkpoint was not whole.
    """
    folder = Path(folder)
    facts, _ = read_checkpoint(folder)
    add_safetensors(folder)
    write_text(folder / CARD, card_of(facts, read_training(folder)))
    seal(folder)
    read_checkpoint(folder)
    return folder
