"""Rankings to learn fusion from: candidates of a query, and which of them are right."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eval.evidence import Corpus, GoldSpan, meets
from eval.fitting.examples import Asked
from eval.fitting.fusion import Ranking
from eval.fitting.indexing import index_corpus
from eval.headlines import HeadlineBenchmark, relevant, typed_in_russian_letters
from index.folder import DataFolder
from index.passages import Passage
from rag.factory import make_pipeline
from rag.pipeline import Pipeline
from rag.settings import AnswerSettings

_DEPTH = 60  # candidates of each language and kind
_TYPED_WEIGHT = 0.3


@dataclass(frozen=True, slots=True)
class Sought:
    """A query and what it should find: documents, or passages that hold evidence ``gold``.

    Of one ``group`` none is split between folds.
    """

    source: str
    text: str
    group: str
    documents: frozenset[str] = frozenset()
    gold: Sequence[GoldSpan] = ()
    weight: float = 1.0


def headlines(benchmark: HeadlineBenchmark) -> Iterator[Sought]:
    """Yield every headline, Bashkir ones also as typed on a Russian keyboard."""
    for headline in benchmark.headlines:
        right = frozenset(relevant(headline, ("ba", "ru")))
        yield Sought(f"headlines {headline.language}", headline.text, headline.article, right)
        if headline.language == "ba":
            typed = typed_in_russian_letters(headline.text)
            yield Sought("headlines typed", typed, headline.article, right, weight=_TYPED_WEIGHT)


def questions(source: str, asked: Sequence[Asked], weight: float) -> Iterator[Sought]:
    """Yield the questions that have evidence and stand on their own."""
    for one in asked:
        if one.gold and not one.history:
            yield Sought(source, one.question, one.group, gold=one.gold, weight=weight)


def rank(
    folder: Path, corpus: Corpus, sought: Sequence[Sought]
) -> Iterator[tuple[Sought, Ranking]]:
    """Search an index over ``corpus`` for every query and yield its candidates."""
    settings = AnswerSettings(data_dir=folder)
    data = index_corpus(settings, corpus.values())
    return rank_with(make_pipeline(data, settings), data, sought)


def rank_with(
    pipeline: Pipeline, data: DataFolder, sought: Sequence[Sought]
) -> Iterator[tuple[Sought, Ranking]]:
    """Search with ``pipeline`` over ``data`` for every query and yield its candidates."""
    for one in sought:
        query, found = pipeline.found(one.text, _DEPTH)
        with data.index.view() as view:
            passages = view.passages(found.ids)
        targets, right = _targets(one, passages)
        bashkir = np.array([passage.language == "ba" for passage in passages])
        ranking = Ranking(
            one.group,
            query.language,
            found.features,
            bashkir,
            targets,
            right,
            one.weight,
            found.ids,
        )
        yield one, ranking


def _targets(
    sought: Sought, passages: Sequence[Passage]
) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], frozenset[int]]:
    """Return what each passage counts as, a document or itself, and which of that is right."""
    if sought.gold:
        right = frozenset(
            at
            for at, passage in enumerate(passages)
            for gold in sought.gold
            if passage.document_id == gold.document_id and meets(passage.span, gold.span)
        )
        return np.arange(len(passages)), right
    number: dict[str, int] = {}
    targets = [number.setdefault(p.document_id, len(number)) for p in passages]
    missing = len(number)  # one that no passage is of
    right = frozenset(number.get(document, missing) for document in sought.documents)
    return np.array(targets, np.int64), right
