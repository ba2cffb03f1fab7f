"""Texts as bags of terms, ranked by BM25; tantivy is behind it in this module alone.

BM25: Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009;
tantivy fixes k1 = 1.2 and b = 0.75.
"""

import errno
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
import tantivy
from tantivy import Occur, Query

from index.durability import share
from index.errors import CannotWrite, Damaged
from index.remembered import Remembered
from index.term_ranking import TermRanking
from index.vectors import Ids, Scores

# What a word of the question is searched by: terms by their weights, of which the best one counts.
Alternatives = Mapping[str, float]

_TOKENISER = "terms"
_HEAP_BYTES = 64_000_000
_KEPT_QUERIES = 16  # of threads that ask at the same time
_RANKED = 600  # for all languages together; in more, less would be left to look up
_KEPT_PREFIXES = 64  # more than an alphabet
# The library says in words alone what the disk has refused.
_IO_ERROR = re.compile(r"An IO error occurred: '(.*)'")
_NO_LOCK = "Failed to acquire Lockfile: IoError"


@dataclass(frozen=True, slots=True)
class Bag:
    """The terms of a text; ``document`` is the number of the document that it belongs to."""

    id: int
    document: int
    language: str
    terms: Sequence[str]


class TermIndex:
    """Bags of terms by id; read-only and safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        """Open the index in ``folder``, in which a lock is held for a moment.

        Raises Damaged where it cannot be read, and CannotWrite where there can be no lock.
        """
        self._folder = folder
        self._name = folder.name
        with self._reading():
            index = _opened(folder)
            self._schema, self._searcher = index.schema, index.searcher()
        # A question is asked of each language and then for the scores of what was found.
        # What is kept does not hold this index, which would else wait for the collector.
        searcher = self._searcher
        words = Remembered(partial(_disjunction, self._schema, searcher), _KEPT_QUERIES)
        self._words = words
        self._ranked: Remembered[Sequence[Alternatives], TermRanking] = Remembered(
            lambda asked: _ranking(searcher, words.of(asked), _RANKED), _KEPT_QUERIES
        )
        self._beginning = lru_cache(_KEPT_PREFIXES)(partial(_beginning, self._searcher))

    def search(
        self,
        asked: Sequence[Alternatives],
        count: int,
        among: Ids | None = None,
        without: Sequence[int] = (),
        language: str | None = None,
    ) -> tuple[Ids, Scores]:
        """Return the ids of the ``count`` best bags that hold any of ``asked``, and their scores.

        ``among``, ascending, and ``without`` narrow before the ranking; ``language`` says that
        ``among`` are all of one language. Equal scores stand in the order of their ids; which of
        them are still among the best depends on the index. The same object ``asked`` is taken to
        say the same as before.
        """
        best = self.ranked(asked).best(count, among, np.array(without, np.int64))
        if best is not None:
            return best
        conditions = [(Occur.Must, self._any(asked))]
        if language is not None:
            conditions.append((Occur.Must, self._each_of("language", [language])))
        elif among is not None:
            conditions.append((Occur.Must, self._one_of_many(among.tolist())))
        if without:
            conditions.append((Occur.MustNot, self._one_of_many(without)))
        ranking = self._run(conditions, count)
        return ranking.ids, ranking.scores

    def ranked(self, asked: Sequence[Alternatives]) -> TermRanking:
        """Return the best bags that hold any of ``asked``, some hundreds of them."""
        with self._reading():
            return self._ranked.of(asked)

    def scores(self, asked: Sequence[Alternatives], ids: Ids) -> tuple[Scores, Ids]:
        """Return the scores of ``ids`` and the documents that they belong to, each of shape (n,).

        A bag without any of ``asked`` scores 0; so does an id that is not there, of document -1.
        """
        listed = self._each_of("id", ids.tolist())
        conditions = [(Occur.Must, listed), (Occur.Should, self._any(asked))]
        found = self._run(conditions, len(ids))
        if not np.isin(found.ids, ids).all():
            raise Damaged("snapshot.damaged", file=self._name)
        scores, documents, _ = found.looked_up(ids)
        return scores, documents

    def weights(self, terms: Iterable[str]) -> dict[str, float]:
        """Return the inverse document frequency of each term: ln(1 + (N - n + ½) / (n + ½))."""
        size = self._searcher.num_docs
        with self._reading():
            # Removed bags still count until their segment is merged.
            found = {term: min(self._searcher.doc_freq("terms", term), size) for term in set(terms)}
        return {term: math.log(1 + (size - n + 0.5) / (n + 0.5)) for term, n in found.items()}

    def beginning_with(self, prefix: str) -> str:
        """Return the terms that begin with ``prefix``, one a line; those last asked for are kept.

        As one string they take a fifth of the memory of a list.
        """
        with self._reading():
            return self._beginning(prefix)

    def _any(self, asked: Sequence[Alternatives]) -> Query:
        with self._reading():
            return self._words.of(asked)

    def _each_of(self, field: str, values: Sequence[object]) -> Query:
        """Return what has one of a few values, looked up one by one, and scores nothing."""
        terms = [(Occur.Should, Query.term_query(self._schema, field, v, "basic")) for v in values]
        return Query.const_score_query(Query.boolean_query(terms), 0.0)

    def _one_of_many(self, ids: Sequence[int]) -> Query:
        """Return what has one of ``ids``, found by going through all that there are."""
        return Query.const_score_query(Query.term_set_query(self._schema, "id", ids), 0.0)

    def _run(self, conditions: list[tuple[Occur, Query]], count: int) -> TermRanking:
        with self._reading():
            return _ranking(self._searcher, Query.boolean_query(conditions), count)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Turn what a damaged file does to the library into Damaged."""
        try:
            yield
        except BaseException as error:
            # An assertion of the library that fails is no Exception: pyo3_runtime.PanicException.
            panicked = type(error).__name__ == "PanicException"
            if str(error).startswith(_NO_LOCK):
                folder = self._folder
                raise CannotWrite("data.cannot_write", folder=folder, why="lock") from error
            if not panicked and not isinstance(error, ValueError | TypeError | OSError):
                raise
            raise Damaged("snapshot.damaged", file=self._name) from error


class TermWriter:
    """Changes an index that is being written; nobody reads it yet."""

    def __init__(self, index: tantivy.Index) -> None:
        self._writer = index.writer(_HEAP_BYTES, num_threads=1)

    def remove(self, ids: Iterable[int]) -> None:
        """Remove bags; an id that is not there is passed over."""
        for identifier in ids:
            self._writer.delete_documents_by_term("id", identifier)

    def add(self, bag: Bag) -> None:
        """Add a bag."""
        self._writer.add_document(
            tantivy.Document(
                id=bag.id,
                document=bag.document,
                language=bag.language,
                terms=" ".join(bag.terms),
            )
        )

    def finish(self) -> None:
        """Write everything; done when what it sets off to merge is merged."""
        self._writer.commit()
        self._writer.wait_merging_threads()


@contextmanager
def writing(folder: Path, base: Path | None) -> Iterator[TermWriter]:
    """Write an index into ``folder``, which begins as that of ``base`` and shares its files.

    Raises OSError where the disk does not take it.
    """
    folder.mkdir(parents=True)
    try:
        if base is None:
            tantivy.Index(_schema(), str(folder))
        else:
            for name in index_files(base):
                share(base / name, folder / name)
        writer = TermWriter(_opened(folder))
        yield writer
        writer.finish()
    except ValueError as error:
        if (why := _IO_ERROR.search(str(error))) is None:
            raise
        raise OSError(errno.EIO, why[1]) from error


def index_files(folder: Path) -> list[str]:
    """Return the files of an index, without the locks that its readers leave beside them."""
    return [file.name for file in folder.iterdir() if not file.match(".tantivy-*.lock")]


def _schema() -> tantivy.Schema:
    schema = tantivy.SchemaBuilder()
    schema.add_integer_field("id", indexed=True, fast=True)
    schema.add_integer_field("document", fast=True)
    schema.add_text_field("language", tokenizer_name="raw", index_option="basic")
    schema.add_text_field("terms", tokenizer_name=_TOKENISER, index_option="freq")
    return schema.build()


def _opened(folder: Path) -> tantivy.Index:
    index = tantivy.Index.open(str(folder))
    whitespace = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
    index.register_tokenizer(_TOKENISER, whitespace)
    return index


def _beginning(searcher: tantivy.Searcher, prefix: str) -> str:
    return "\n".join(term for term, _ in searcher.terms_with_prefix("terms", prefix))


def _ranking(searcher: tantivy.Searcher, query: Query, count: int) -> TermRanking:
    """Return the ``count`` best bags for a query, or all where there are fewer."""
    hits = searcher.search(query, count, count=False).hits if count > 0 else []
    addresses = [at for _, at in hits]
    ids, documents = (
        np.array(searcher.fast_field_values(field, addresses), np.int64)
        for field in ("id", "document")
    )
    scores = np.array([score for score, _ in hits], np.float32)
    return TermRanking.of(ids, scores, documents, whole=len(hits) < count)


def _disjunction(
    schema: tantivy.Schema, searcher: tantivy.Searcher, asked: Sequence[Alternatives]
) -> Query:
    """Return what has any of the terms; those that no bag has would only be looked up each time."""
    known = (
        [
            Query.boost_query(Query.term_query(schema, "terms", term, "freq"), weight)
            for term, weight in alternatives.items()
            if searcher.doc_freq("terms", term)
        ]
        for alternatives in asked
    )
    words = [Query.disjunction_max_query(alternatives) for alternatives in known if alternatives]
    return Query.boolean_query([(Occur.Should, word) for word in words])
