"""Headlines → bodies by BM25 alone, with the lexicon and without.

A bench for the lexicon by itself, without the index and the model: passages are chunks as the index
makes them, but sized by letters, and their terms lie in a sparse matrix.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array  # type: ignore[import-untyped]  # it ships no types

from eval.corpora import LANGUAGES
from eval.headlines import HeadlineBenchmark, relevant
from eval.ranking import DEPTH, score_ranking
from index.chunking import chunk_text
from index.text.analysis import analyse

Groups = Sequence[Mapping[str, float]]
"""A query: of each of its words, the terms that count as that word, by weight."""

_LETTERS_A_TOKEN = 3.4
_PASSAGE_TOKENS = 190
_K1, _B = 1.2, 0.75


class TermMatrix:
    """Passages of a corpus, and how often each term stands in them."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        """Index ``texts`` of documents by id."""
        self.documents = list(texts)
        self._columns: dict[str, int] = {}
        owners: list[int] = []
        passages: list[int] = []
        columns: list[int] = []
        frequencies: list[int] = []
        for number, text in enumerate(texts.values()):
            for chunk in chunk_text(text, _count_tokens, _PASSAGE_TOKENS):
                terms = Counter(term.text for term in analyse(chunk.span.of(text)))
                passages += [len(owners)] * len(terms)
                columns += [self._columns.setdefault(t, len(self._columns)) for t in terms]
                frequencies += list(terms.values())
                owners.append(number)
        self._owners = np.array(owners)
        self._matrix = csc_array((np.array(frequencies, np.float64), (passages, columns)))
        lengths = self._matrix.sum(axis=1)
        self._damping = _K1 * (1 - _B + _B * lengths / lengths.mean())

    def score(self, query: Groups) -> NDArray[np.float64]:
        """Return the score of each document's best passage, shape (documents,)."""
        scores = np.zeros(len(self._owners))
        for group in query:
            best_of_group = np.zeros(len(self._owners))
            for term, weight in group.items():
                if (column := self._columns.get(term)) is not None:
                    start, end = self._matrix.indptr[column : column + 2]
                    holding = self._matrix.indices[start:end]
                    frequency = self._matrix.data[start:end]
                    rarity = np.log(1 + (len(scores) - len(holding) + 0.5) / (len(holding) + 0.5))
                    gains = rarity * frequency * (_K1 + 1) / (frequency + self._damping[holding])
                    best_of_group[holding] = np.maximum(best_of_group[holding], weight * gains)
            scores += best_of_group
        best = np.zeros(len(self.documents))
        np.maximum.at(best, self._owners, scores)
        return best


def measure(
    benchmark: HeadlineBenchmark, matrix: TermMatrix, expand: Callable[[Sequence[str]], Groups]
) -> dict[str, float]:
    """Return mean nDCG@10 from headlines of each language to bodies of each, and of both."""
    languages = np.array([benchmark.corpus[name].language for name in matrix.documents])
    wanted = {target: [target] for target in LANGUAGES} | {"any": list(LANGUAGES)}
    gains: dict[str, list[float]] = {}
    for headline in benchmark.headlines:
        scores = matrix.score(expand([term.text for term in analyse(headline.text)]))
        for name, targets in wanted.items():
            allowed = np.where(np.isin(languages, targets), scores, 0.0)
            best = np.argsort(-allowed, kind="stable")[:DEPTH]
            ranked = [matrix.documents[n] for n in best if allowed[n] > 0]
            gain = score_ranking(ranked, relevant(headline, targets))["ndcg@10"]
            gains.setdefault(f"{headline.language}→{name}", []).append(gain)
    return {direction: float(np.mean(values)) for direction, values in gains.items()}


def _count_tokens(texts: Sequence[str]) -> list[int]:
    return [int(len(text) / _LETTERS_A_TOKEN) + 1 for text in texts]
