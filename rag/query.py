"""A question as it is searched: its vector, and its words with what else may stand for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from index.embedding.centring import Centring
from index.embedding.protocol import Embedder, FloatMatrix
from index.reader import IndexView
from index.text.analysis import analyse, fold, stem_in_both
from index.text.language import Language, detect_language
from index.text.spans import Span
from rag.lexicon import Lexicon
from rag.sentence_vectors import some_tokens
from rag.spelling import names_spelt_otherwise, slips_of

QuestionLanguage = Literal["ba", "ru"]

# «Кто такой …», «кем является …» ask, and no document has to say them.
_ONLY_ASKS = frozenset(
    fold(word)
    for word in "такой такая такое такие таков является являлся являлась являются".split()
)
_NOWHERE = ""  # a term that no text has
_OTHER_SPELLING = 0.8
_OTHER_STEM = 0.9
_KEPT_WORDS = 20_000


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the question, by its own ``term``.

    ``alternatives`` are the terms that may stand for it, by weights up to 1; ``weight`` is its
    inverse document frequency.
    """

    term: str
    alternatives: Mapping[str, float]
    weight: float
    is_name: bool

    @property
    def is_number(self) -> bool:
        """Whether it is written in digits."""
        return self.term[0].isdigit()


@dataclass(frozen=True, slots=True)
class Query:
    """A question as it is searched; ``vector`` has the shape (dimension,), ``tokens`` (tokens, it).

    ``spoken`` is the language that it is in, ``language`` the one that it is ranked as. ``own`` are
    the terms of the words that the question itself says, ``asked`` the alternatives of each word.
    """

    text: str
    spoken: Language
    language: QuestionLanguage
    words: Sequence[Word]
    own: frozenset[str]
    vector: FloatMatrix
    tokens: FloatMatrix
    asked: Sequence[Mapping[str, float]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Make ``asked`` once: an index knows by the object what it was asked before."""
        object.__setattr__(self, "asked", [word.alternatives for word in self.words])

    @property
    def weights(self) -> NDArray[np.float64]:
        """The weight of each of the question's words, shape (words,)."""
        return np.array([word.weight for word in self.words])

    def held(self, terms: frozenset[str]) -> NDArray[np.float64]:
        """Return how surely each of the question's words, shape (words,), is among ``terms``."""
        return np.array(
            [
                max((w for t, w in word.alternatives.items() if t in terms), default=0.0)
                for word in self.words
            ]
        )

    def coverage(self, terms: frozenset[str]) -> float:
        """Return the share of the question's words, by weight, that stand among ``terms``."""
        return share_held(self.held(terms), self.weights)


def share_held(held: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    """Return the weighted mean of ``held`` (words,); 0 where nothing weighs anything."""
    total = float(weights.sum())
    return float(held @ weights) / total if total else 0.0


class QueryReader:
    """Makes queries of questions; safe to share between threads."""

    def __init__(self, embedder: Embedder, centring: Centring, lexicon: Lexicon) -> None:
        self._embedder = embedder
        self._centring = centring
        self._in_any_index = lru_cache(_KEPT_WORDS)(partial(_alternatives, lexicon))

    def read(self, text: str, view: IndexView) -> Query:
        """Return the query for a question, with the words that ``view`` knows for its words."""
        spoken = detect_language(text).language
        found = {
            term.text: term.span
            for term in analyse(text, spoken)
            if fold(term.span.of(text)) not in _ONLY_ASKS
        }
        terms = {term: span.of(text) for term, span in found.items()}
        named = {term for term, span in found.items() if _is_name(text, span)}
        alternatives = {
            term: _with_names(self._in_any_index(term, terms[term]), term, terms[term], view)
            for term in terms
        }
        weights = view.weights({_NOWHERE}.union(*alternatives.values()))  # all in one go
        words = [
            _word(term, terms[term], term in named, alternatives[term], weights, view)
            for term in terms
        ]
        language: QuestionLanguage = "ba" if spoken == "ba" else "ru"
        # Last: the weights of the model push everything else out of the processor's caches.
        vectors, (tokens,) = self._embedder.encode_queries([text])
        vector = self._centring.queries(vectors, [spoken])[0]
        some = some_tokens(tokens, vectors[0])
        return Query(text, spoken, language, words, frozenset(terms), vector, some)


def _alternatives(lexicon: Lexicon, term: str, written: str) -> Mapping[str, float]:
    """Return what may stand for a word as it is written, whatever the index, by weights."""
    alternatives = dict(lexicon.alternatives(term))
    if not term[0].isdigit():
        # A question in one language may hold words and names of the other.
        for stem in stem_in_both(written):
            alternatives.setdefault(stem, _OTHER_STEM)
    return alternatives


def _with_names(
    alternatives: Mapping[str, float], term: str, written: str, view: IndexView
) -> dict[str, float]:
    """Return ``alternatives`` and, below them, names of the index that may be this one."""
    found = dict(alternatives)
    for name in names_spelt_otherwise(term, written, view):
        found.setdefault(name, _OTHER_SPELLING)
    return found


def _word(
    term: str,
    written: str,
    is_name: bool,
    alternatives: Mapping[str, float],
    weights: Mapping[str, float],
    view: IndexView,
) -> Word:
    known = _known(alternatives, weights)
    if not known:
        slips = dict.fromkeys(slips_of(term, written, view), _OTHER_SPELLING)
        alternatives = {**alternatives, **slips}
        known = _known(alternatives, view.weights([_NOWHERE, *alternatives]))
    return Word(term, alternatives, max(known, default=weights[_NOWHERE]), is_name)


def _is_name(text: str, span: Span) -> bool:
    """Whether a word is written as a name is: in capitals, with one within, or in quotes."""
    written = span.of(text)
    within = bool(text[: span.start].strip(' «"—–-'))
    quoted = text.count("«", 0, span.start) > text.count("»", 0, span.start)
    return written.isupper() or (written[0].isupper() and within) or quoted


def _known(alternatives: Mapping[str, float], weights: Mapping[str, float]) -> list[float]:
    """Return what those of the ``alternatives`` weigh that the index has."""
    return [weights[t] * w for t, w in alternatives.items() if weights[t] < weights[_NOWHERE]]
