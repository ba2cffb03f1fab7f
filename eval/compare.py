"""Two runs side by side, on the questions that both were asked."""

from collections.abc import Sequence
from dataclasses import dataclass

from eval.errors import RunMismatch
from eval.measures import QUESTION_MEASURES, Measure
from eval.metrics import FEWEST, cluster_level, clusters, scores_of, sliced
from eval.records import POOLED, Record
from eval.runs import Run
from eval.statistics import LEVEL, Bootstrap, Difference, holm

_TURNING = ("evidence_hit", "unanswerable_refused")


@dataclass(frozen=True, slots=True)
class Change:
    """How a measure changed in a slice. ``p`` is corrected for the number of slices (Holm)."""

    slice: str
    measure: Measure
    questions: int
    before: float
    after: float
    difference: Difference
    p: float

    @property
    def holds(self) -> bool:
        """Whether the difference is more than chance."""
        return self.p < 1 - LEVEL

    @property
    def is_better(self) -> bool:
        """Whether the second run does better, be it by chance."""
        return (self.after > self.before) == self.measure.more_is_better


@dataclass(frozen=True, slots=True)
class Turned:
    """A question that one run had right and the other had not."""

    id: str
    question: str
    measure: str
    for_better: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """All changes from one run to another, by measure and slice; ``unpaired`` were left out."""

    paired: int
    unpaired: int
    cluster_by: str
    changes: Sequence[Change]
    turned: Sequence[Turned]


@dataclass(frozen=True, slots=True)
class _Slice:
    """The same questions in both runs, in the same order."""

    name: str
    before: Sequence[Record]
    after: Sequence[Record]
    bootstrap: Bootstrap


def compare(before: Run, after: Run) -> Comparison:
    """Compare two runs on the questions that are the same in both, evidence and answers included.

    Slices under 30 questions are left out: they could show nothing. Raises RunMismatch where the
    runs share no question.
    """
    twins = {_identity(record): record for record in after.records}
    kept = [record for record in before.records if _identity(record) in twins]
    if not kept:
        raise RunMismatch("the two runs have no question in common")
    level = cluster_level(kept)
    slices = [
        _Slice(
            name,
            members,
            [twins[_identity(record)] for record in members],
            Bootstrap(clusters(members, level)),
        )
        for name, members in sliced(kept).items()
    ]
    changes = [
        change for measure in QUESTION_MEASURES.values() for change in _changes(measure, slices)
    ]
    everything = {record.id for run in (before, after) for record in run.records}
    return Comparison(len(kept), len(everything) - len(kept), level, changes, _turned(slices[0]))


def comparison_as_text(comparison: Comparison) -> str:
    """Return in lines of text: pooled changes, slices that changed, questions that turned."""
    lines = [
        f"{comparison.paired} questions in both runs, {comparison.unpaired} left out",
        f"95 % intervals by {comparison.cluster_by}; p corrected for slices (Holm)",
        "",
        f"{'measure':<26}{'slice':<16}{'n':>4}  before   after"
        f"  {'difference':<24}  {'p':<6}  detectable",
    ]
    lines += [
        _change_line(change)
        for change in comparison.changes
        if change.slice == POOLED or change.holds
    ]
    for for_better, title in ((False, "turned wrong"), (True, "turned right")):
        turned = [one for one in comparison.turned if one.for_better == for_better]
        lines += ["", f"{title}: {len(turned)}"]
        lines += [
            f"  {one.id}  {QUESTION_MEASURES[one.measure].title}: {one.question}" for one in turned
        ]
    return "\n".join(lines)


def _identity(record: Record) -> tuple[object, ...]:
    expected = [(passage.document_id, passage.start, passage.end) for passage in record.expected]
    turns = tuple(turn.content for turn in record.history)
    return record.id, record.question, turns, tuple(expected), tuple(record.answers)


def _changes(measure: Measure, slices: Sequence[_Slice]) -> list[Change]:
    counted = []
    for part in slices:
        old, new = scores_of(part.before, measure.name), scores_of(part.after, measure.name)
        questions = int(min((old.weights > 0).sum(), (new.weights > 0).sum()))
        if questions >= FEWEST:
            counted.append((part, old, new, questions))
    differences = [
        part.bootstrap.difference(old, new, comparisons=len(counted))
        for part, old, new, _ in counted
    ]
    corrected = holm([difference.p for difference in differences])
    return [
        Change(part.name, measure, questions, old.figure(), new.figure(), difference, p)
        for (part, old, new, questions), difference, p in zip(
            counted, differences, corrected, strict=True
        )
    ]


def _turned(pooled: _Slice) -> list[Turned]:
    turned = []
    for old, new in zip(pooled.before, pooled.after, strict=True):
        for measure in _TURNING:
            was, now = old.scores.get(measure), new.scores.get(measure)
            if was is not None and now is not None and was[0] != now[0]:
                turned.append(Turned(new.id, new.question, measure, now[0] > was[0]))
    return turned


def _change_line(change: Change) -> str:
    interval = change.difference.difference
    verdict = ("better" if change.is_better else "worse") if change.holds else ""
    return (
        f"{change.measure.title:<26}{change.slice:<16}{change.questions:>4}"
        f"  {change.before:6.3f}  {change.after:6.3f}"
        f"  {interval.value:+.3f} [{interval.low:+.3f}, {interval.high:+.3f}]"
        f"  {change.p:6.4f}       {change.difference.detectable:.3f}  {verdict}".rstrip()
    )
