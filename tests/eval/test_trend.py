from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from eval.errors import EvaluationStopped
from eval.runs import GoldFile, Run
from eval.trend import keep_summary, read_history, trend_as_text
from tests.eval.toy import TownSystem

Judged = Callable[[type[TownSystem], int], Run]


class RefusesMost(TownSystem):
    def answers(self, question: str) -> bool:
        return super().answers(question) and question[-2] in "01"


def at(run: Run, moment: str) -> Run:
    return replace(run, config=replace(run.config, created_at=moment))


def test_the_history_is_read_oldest_first_and_drawn(judged: Judged, tmp_path: Path) -> None:
    history = tmp_path / "history"
    keep_summary(at(judged(TownSystem, 35), "2026-03-01T00:00:00Z"), history)
    keep_summary(at(judged(RefusesMost, 35), "2026-02-01T00:00:00Z"), history)
    summaries = read_history(history)
    assert [summary.created_at[:7] for summary in summaries] == ["2026-02", "2026-03"]
    text = trend_as_text(summaries)
    assert "toy: 2 runs" in text
    line = next(line for line in text.splitlines() if "Evidence hit" in line)
    assert "▂█  1.000" in line
    assert "questions changed" not in text


def test_a_change_of_the_questions_is_marked(judged: Judged, tmp_path: Path) -> None:
    run = judged(TownSystem, 2)
    other = replace(run.config, gold=[GoldFile("toy.jsonl", "0" * 64, 4)])
    keep_summary(at(run, "2026-02-01T00:00:00Z"), tmp_path / "history")
    keep_summary(at(replace(run, config=other), "2026-03-01T00:00:00Z"), tmp_path / "history")
    assert "questions changed here" in trend_as_text(read_history(tmp_path / "history"))


def test_no_text_of_questions_or_documents_is_kept(judged: Judged, tmp_path: Path) -> None:
    kept = keep_summary(judged(TownSystem, 2), tmp_path / "history").read_text(encoding="utf-8")
    assert "Озёрск" not in kept


def test_an_empty_history_says_so(tmp_path: Path) -> None:
    assert trend_as_text(read_history(tmp_path)) == "no run has been kept yet"


def test_a_file_that_is_no_summary_is_reported(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{}")
    with pytest.raises(EvaluationStopped, match=r"x\.json"):
        read_history(tmp_path)
