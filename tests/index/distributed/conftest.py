"""What tests with workers share: jobs that are large at a few pages."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.distributed import workers

_ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session", autouse=True)
def _found_by_workers() -> Iterator[None]:
    """Let workers import the tests, wherever pytest was called."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(_ROOT), prepend=os.pathsep)
        yield


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a few documents be a large job, of a dozen blocks."""
    monkeypatch.setattr("index.staging.CHARACTERS_AT_A_TIME", 1000)
    monkeypatch.setattr(workers, "_CHARACTERS_OF_A_BLOCK", 1500)
