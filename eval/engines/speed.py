"""How long engines take to write, change and open an index for scale, in turns within one run.

Times are medians over rounds in which every engine has its turn, so that a busy machine slows all
of them: believe their ratios, not the seconds.
"""

import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from eval.engines.opening import Opening, open_in_fresh_process
from eval.engines.protocol import Chunk, Engine

ROUNDS = 3
SEED = 20240215
_CHANGED = 100  # documents deleted and added again

Figures = dict[str, dict[str, Any]]
"""Figures by engine and name; times are in seconds where the name does not say otherwise."""


def measure_writing(
    engines: Mapping[str, Engine], folders: Mapping[str, Path], chunks: Sequence[Chunk]
) -> Figures:
    """Measure building, copying as a new snapshot does, and changing 100 documents.

    Each engine's index is left built in its folder.
    """
    drawn = np.random.default_rng(SEED).permutation(sorted({c.document for c in chunks}))
    changing = set(drawn[:_CHANGED].tolist())
    changed = [chunk for chunk in chunks if chunk.document in changing]
    built = _in_turns(engines, lambda name: engines[name].build(chunks))
    sizes = {name: _megabytes(folder) for name, folder in folders.items()}
    copied = _in_turns(engines, lambda name: _copy(folders[name]))
    deleted, added = [], []
    for _ in range(ROUNDS):
        deleted.append(_turn(engines, lambda name: engines[name].delete(changed)))
        added.append(_turn(engines, lambda name: engines[name].add(changed)))
    return {
        name: {
            "build": built[name],
            "megabytes_on_disk": sizes[name],
            "copy": copied[name],
            "delete_100_documents": _median([turn[name] for turn in deleted]),
            "add_100_documents": _median([turn[name] for turn in added]),
        }
        for name in engines
    }


def measure_opening(folders: Mapping[str, Path], queries: Sequence[list[str]]) -> Figures:
    """Measure opening what lies in the folders, each time in a fresh process."""
    rounds = [
        {name: open_in_fresh_process(name, place, list(queries)) for name, place in folders.items()}
        for _ in range(ROUNDS)
    ]
    return {
        name: {
            field.name: _median([getattr(openings[name], field.name) for openings in rounds])
            for field in fields(Opening)
        }
        for name in folders
    }


def _in_turns(names: Mapping[str, Engine], do: Callable[[str], None]) -> dict[str, float | None]:
    turns = [_turn(names, do) for _ in range(ROUNDS)]
    return {name: _median([turn[name] for turn in turns]) for name in names}


def _turn(names: Mapping[str, Engine], do: Callable[[str], None]) -> dict[str, float]:
    taken = {}
    for name in names:
        started = time.perf_counter()
        do(name)
        taken[name] = time.perf_counter() - started
    return taken


def _median(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(median(known), 4) if known else None


def _copy(folder: Path) -> None:
    copy = folder.with_name(f"{folder.name} copy")
    shutil.copytree(folder, copy)
    shutil.rmtree(copy)


def _megabytes(folder: Path) -> float:
    return round(sum(file.stat().st_size for file in folder.rglob("*")) / 1e6, 1)
