"""Which engines there are, and which of them are installed."""

from collections.abc import Callable
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from sqlite3 import sqlite_version
from typing import cast

from eval.engines.protocol import Engine

BASE = "fts5"
"""The engine that the others are compared with."""

_PLACES = {
    BASE: ("eval.engines.fts5", "Fts5"),
    "fts5 contentless": ("eval.engines.fts5", "ContentlessFts5"),
    "yauap": ("eval.engines.own_index", "Own"),
    "tantivy": ("eval.engines.tantivy_index", "Tantivy"),
    "bm25s": ("eval.engines.bm25s_index", "Bm25s"),
}
ENGINES = tuple(_PLACES)


def engine_class(name: str) -> Callable[[Path], Engine]:
    """Return the class of an engine. Raises ImportError where its package is not installed."""
    module, attribute = _PLACES[name]
    return cast(Callable[[Path], Engine], getattr(import_module(module), attribute))


def versions() -> dict[str, str | None]:
    """Return the version of what stands behind each engine; None where it is not installed."""
    return {
        name: sqlite_version if name.startswith(BASE) else _package_version(name)
        for name in ENGINES
    }


def _package_version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
