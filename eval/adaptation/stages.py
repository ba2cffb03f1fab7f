"""Stages of a training: each goes on from the one before; what one learned is kept for the next."""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from eval.adaptation.encoder import Encoder
from eval.adaptation.recipe import Recipe


def through_stage(
    student: Encoder, recipe: Recipe, learned: Path, learn: Callable[[], dict[str, Any]]
) -> dict[str, Any]:
    """Take ``student`` through a stage, or to where an earlier run came; return its report.

    ``learn`` teaches the student and returns the report. Of the way that its weights went,
    ``recipe.share`` is kept. What comes of it lies in ``learned`` afterwards. Raises ValueError
    where what lies there came of another recipe or of other weights.
    """
    before = {name: weight.clone() for name, weight in student.layers.state_dict().items()}
    made_of = f"{recipe} {_digest(before)}"
    if not learned.is_file():
        report = learn()
        layers = {
            name: torch.lerp(before[name], after, recipe.share)
            for name, after in student.layers.state_dict().items()
        }
        aside = learned.with_suffix(".new")
        torch.save({"report": report, "layers": layers, "made_of": made_of}, aside)
        aside.replace(learned)
    kept = torch.load(learned, weights_only=True)
    if kept["made_of"] != made_of:
        raise ValueError(f"{learned} is of another recipe or of other weights: remove it")
    student.layers.load_state_dict(kept["layers"])
    return dict(kept["report"])


def _digest(weights: Mapping[str, Tensor]) -> str:
    digest = hashlib.sha256()
    for name in sorted(weights):
        digest.update(name.encode() + weights[name].numpy().tobytes())
    return digest.hexdigest()
