import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from eval.errors import EvaluationStopped
from eval.floors import FLOORS, check_floors, keep_reference
from eval.measures import MEASURES
from eval.runs import Run
from index.documents import Document
from index.text.sentences import sentence_spans
from tests.eval.toy import Json, TownSystem, hit

Judged = Callable[[type[TownSystem], int], Run]


class MissesTwo(TownSystem):
    def cited(self, town: Document) -> Json:
        missed = town.id in ("town-3:ru", "town-5:ru")
        return hit(town, sentence_spans(town.text)[5 if missed else 2])


class RefusesAll(TownSystem):
    def answers(self, question: str) -> bool:
        return False


def floors(folder: Path, text: str) -> Path:
    path = folder / "floors.toml"
    path.write_text(f"[toy]\n{text}", encoding="utf-8")
    return path


def test_a_run_above_its_floors_passes(judged: Judged, tmp_path: Path) -> None:
    limits = floors(tmp_path, 'evidence_hit = 0.9\nanswerable_refused = 0.1\n"evidence_mrr@10" = 1')
    assert check_floors(judged(TownSystem, 10), limits, tmp_path) == []


def test_a_breach_names_the_questions_that_turned(judged: Judged, tmp_path: Path) -> None:
    limits = floors(tmp_path, "evidence_hit = 0.9")
    keep_reference(judged(TownSystem, 10), tmp_path / "references")
    (breach,) = check_floors(judged(MissesTwo, 10), limits, tmp_path / "references")
    assert (breach.measure, breach.value, breach.floor) == ("evidence_hit", 0.8, 0.9)
    assert [record.id for record in breach.turned] == ["yes-3", "yes-5"]
    assert "below 0.900" in str(breach)
    assert "Озёрск-3" in str(breach)


def test_what_was_wrong_already_has_not_turned(judged: Judged, tmp_path: Path) -> None:
    limits = floors(tmp_path, "evidence_hit = 0.9")
    run = judged(MissesTwo, 10)
    keep_reference(run, tmp_path / "references")
    (breach,) = check_floors(run, limits, tmp_path / "references")
    assert breach.turned == []


def test_where_less_is_better_the_limit_is_from_above(judged: Judged, tmp_path: Path) -> None:
    limits = floors(tmp_path, "answerable_refused = 0.3")
    keep_reference(judged(TownSystem, 10), tmp_path / "references")
    (breach,) = check_floors(judged(RefusesAll, 10), limits, tmp_path / "references")
    assert len(breach.turned) == 10
    assert "above 0.300" in str(breach)


def test_a_figure_that_is_gone_is_a_breach(judged: Judged, tmp_path: Path) -> None:
    limits = floors(tmp_path, "citation_validity = 1.0\ncalibration_error = 0.5")
    breaches = check_floors(judged(RefusesAll, 10), limits, tmp_path)
    assert [breach.measure for breach in breaches] == ["citation_validity", "calibration_error"]


def test_a_set_without_floors_is_no_pass(judged: Judged, tmp_path: Path) -> None:
    limits = floors(tmp_path, "").read_text().replace("toy", "other")
    (tmp_path / "floors.toml").write_text(limits)
    with pytest.raises(EvaluationStopped, match="no floors"):
        check_floors(judged(TownSystem, 2), tmp_path / "floors.toml", tmp_path)


def test_the_kept_floors_name_measures() -> None:
    with FLOORS.open("rb") as file:
        for limits in tomllib.load(file).values():
            assert set(limits) <= set(MEASURES)
            assert all(0 <= limit <= 1 for limit in limits.values())
