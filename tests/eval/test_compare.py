from collections.abc import Callable
from dataclasses import replace

import pytest

from eval.compare import compare, comparison_as_text
from eval.errors import RunMismatch
from eval.runs import Run
from index.documents import Document
from index.text.sentences import sentence_spans
from tests.eval.toy import Json, TownSystem, hit

Judged = Callable[[type[TownSystem], int], Run]


def number_of(town: Document) -> int:
    return int(town.id.partition(":")[0].rpartition("-")[2])


class MissesSome(TownSystem):
    """Cites beside the evidence in every town that ``missed`` names."""

    missed = frozenset(range(0, 60, 3))

    def cited(self, town: Document) -> Json:
        return hit(town, sentence_spans(town.text)[5 if number_of(town) in self.missed else 2])


class MissesOthers(MissesSome):
    missed = frozenset(range(1, 60, 3))


def test_a_planted_difference_holds(judged: Judged) -> None:
    comparison = compare(judged(TownSystem, 60), judged(MissesSome, 60))
    changes = {(change.measure.name, change.slice): change for change in comparison.changes}
    pooled = changes["evidence_hit", "pooled"]
    assert pooled.before == 1.0
    assert pooled.after == pytest.approx(2 / 3)
    assert pooled.holds
    assert not pooled.is_better
    assert pooled.p < 0.01
    assert 0.1 < pooled.difference.detectable < 0.3
    assert changes["evidence_hit", "ru→ru"].holds
    assert not changes["document_recall@1", "pooled"].holds
    assert {turned.id for turned in comparison.turned} == {f"yes-{n}" for n in range(0, 60, 3)}
    assert not any(turned.for_better for turned in comparison.turned)
    assert (comparison.paired, comparison.unpaired) == (120, 0)
    text = comparison_as_text(comparison)
    assert "worse" in text
    assert "turned wrong: 20" in text


def test_a_null_difference_does_not_hold(judged: Judged) -> None:
    comparison = compare(judged(MissesSome, 60), judged(MissesOthers, 60))
    assert not any(change.holds for change in comparison.changes)
    assert len(comparison.turned) == 40
    assert "better" not in comparison_as_text(comparison)


def test_less_is_better_where_it_is(judged: Judged) -> None:
    class RefusesMost(TownSystem):
        def answers(self, question: str) -> bool:
            return super().answers(question) and question[-2] in "01"

    changes = compare(judged(RefusesMost, 60), judged(TownSystem, 60)).changes
    refused = next(change for change in changes if change.measure.name == "answerable_refused")
    assert refused.after < refused.before
    assert refused.is_better
    assert refused.holds


def test_the_correction_counts_the_slices(judged: Judged) -> None:
    comparison = compare(judged(TownSystem, 60), judged(MissesSome, 60))
    hits = [change for change in comparison.changes if change.measure.name == "evidence_hit"]
    assert [change.slice for change in hits] == ["pooled", "ru→ru", "kind how_many"]
    assert max(change.p for change in hits) >= 3 * min(change.difference.p for change in hits)


def test_questions_that_changed_are_left_out(judged: Judged) -> None:
    before = judged(TownSystem, 35)
    records = [
        replace(record, question="Иначе?") if record.id == "yes-3" else record
        for record in before.records
    ]
    comparison = compare(before, replace(before, records=records))
    assert (comparison.paired, comparison.unpaired) == (69, 1)


def test_runs_without_a_common_question_do_not_compare(judged: Judged) -> None:
    before = judged(TownSystem, 2)
    records = [replace(record, id=f"other-{record.id}") for record in before.records]
    with pytest.raises(RunMismatch, match="no question in common"):
        compare(before, replace(before, records=records))


def test_slices_under_thirty_are_left_out(judged: Judged) -> None:
    before = judged(TownSystem, 20)
    comparison = compare(before, before)
    assert "evidence_hit" not in {change.measure.name for change in comparison.changes}
    assert "answer_language" in {change.measure.name for change in comparison.changes}
