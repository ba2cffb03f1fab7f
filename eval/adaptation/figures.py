"""What the card says: the adapted model beside the base model, vectors alone.

The mixed corpus (both languages of the dev articles among distractors) and the paragraphs of XQuAD,
each in an index of the product itself, searched exactly.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eval.adaptation.dense import Passages, dense_scores
from eval.corpora import LANGUAGES, article_of, corpus_folder
from eval.evidence import Corpus
from eval.fitting.examples import Asked
from eval.fitting.indexing import index_corpus
from eval.headlines import HeadlineBenchmark, typed_in_russian_letters
from eval.statistics import Bootstrap, Difference, Floats, Interval, Scores
from index.folder import DataFolder
from rag.settings import AnswerSettings


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure of both models, and the paired difference, with 95 % intervals."""

    base: Interval
    adapted: Interval
    difference: Difference


def compare(
    scores: Callable[[AnswerSettings], dict[str, Floats]], clusters: Mapping[str, Sequence[str]]
) -> dict[str, Figure]:
    """Return each measure of ``scores`` with the base and with the adapted model.

    ``clusters`` names, by the measure's first word, the cluster of each query.
    """
    base, adapted = (scores(AnswerSettings(model=m)) for m in ("bundled-base", "bundled"))
    figures = {}
    for name, before in base.items():
        bootstrap = Bootstrap(clusters[name.split()[0].partition("→")[0].rstrip(",")])
        weights = np.ones(len(before))
        one, other = Scores(before, weights), Scores(adapted[name], weights)
        figures[name] = Figure(
            bootstrap.interval(one),
            bootstrap.interval(other),
            bootstrap.difference(one, other, len(base)),
        )
    return figures


def headline_figures(benchmark: HeadlineBenchmark, data_dir: Path) -> dict[str, Figure]:
    """Return the figures of headlines → bodies in the mixed corpus."""
    articles = list(dict.fromkeys(headline.article for headline in benchmark.headlines))
    texts = {
        language: [h.text for h in benchmark.headlines if h.language == language]
        for language in LANGUAGES
    }
    texts["ba typed"] = [typed_in_russian_letters(text) for text in texts["ba"]]

    def scores(settings: AnswerSettings) -> dict[str, Floats]:
        data = _index(settings, data_dir, benchmark.corpus)
        number = {article: at for at, article in enumerate(articles)}
        passages = {language: _passages(data, language, number) for language in LANGUAGES}
        queries = {
            name: data.centring.queries(
                data.embedder.embed_queries(asked), [name.split()[0]] * len(asked)
            )
            for name, asked in texts.items()
        }
        return dense_scores(queries, passages, range(len(articles)))

    return compare(scores, dict.fromkeys(LANGUAGES, articles))


def paragraph_figures(corpus: Corpus, asked: Sequence[Asked], data_dir: Path) -> dict[str, Figure]:
    """Return nDCG@10 of XQuAD's questions → paragraphs."""

    def scores(settings: AnswerSettings) -> dict[str, Floats]:
        data = _index(settings, data_dir, corpus)
        number = {paragraph: at for at, paragraph in enumerate(corpus)}
        passages = _passages(data, "ru", number)
        questions = data.embedder.embed_queries([one.question for one in asked])
        queries = data.centring.queries(questions, ["ru"] * len(asked))
        right = [number[one.gold[0].document_id] for one in asked]
        return {"ru": dense_scores({"ru": queries}, {"ru": passages}, right)["ru→ru"]}

    return compare(scores, {"ru": [one.group for one in asked]})


def _index(settings: AnswerSettings, data_dir: Path, corpus: Corpus) -> DataFolder:
    own = data_dir if settings.model == "bundled" else data_dir / settings.model
    folder = corpus_folder(own, corpus)
    return index_corpus(settings.model_copy(update={"data_dir": folder}), corpus.values())


def _passages(data: DataFolder, language: str, numbers: Mapping[str, int]) -> Passages:
    """Return the centred vectors of a language's chunks, with ``numbers`` of articles and more."""
    with data.catalog.reading() as connection:
        rows = list(
            connection.execute(
                "SELECT document_id, vector FROM chunks WHERE language = ?", (language,)
            )
        )
    number = dict(numbers)
    owners = [number.setdefault(article_of(row["document_id"]), len(number)) for row in rows]
    vectors = np.stack([np.frombuffer(row["vector"], "<f4") for row in rows])
    return Passages(data.centring.passages(vectors, [language] * len(rows)), owners)
