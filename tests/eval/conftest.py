"""What the tests of evaluation share."""

from collections.abc import Callable
from pathlib import Path

import pytest

from eval.runner import run
from eval.runs import Run
from eval.tasks import Options
from tests.eval.toy import TownSystem, towns, write_gold

CORPORA = Path(__file__).parents[3] / "shared" / "corpora"


@pytest.fixture(autouse=True)
def _settled_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs of a test are of one commit, whatever is edited meanwhile."""
    monkeypatch.setattr("eval.runner.commit", lambda: "c0ffee0123456789")


@pytest.fixture
def corpora() -> Path:
    """The folder of corpora beside the project; the test is skipped where it is absent."""
    if not CORPORA.is_dir():
        pytest.skip("../shared/corpora is not there")
    return CORPORA


@pytest.fixture
def judged(tmp_path: Path) -> Callable[[type[TownSystem], int], Run]:
    """Runs a kind of system on the questions of so many towns."""

    def run_kind(kind: type[TownSystem], count: int) -> Run:
        corpus, gold = towns(count), write_gold(tmp_path / "toy.jsonl", count)
        out = tmp_path / f"{kind.__name__}-{count}"
        return run(kind(corpus), [gold], corpus, out, Options())

    return run_kind
