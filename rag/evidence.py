"""Evidence: the sentences of the passages, by how likely they answer the question.

A first, linear scorer over features that need no second model: nearness of meaning, the share of
the question's terms that a sentence holds, whether it holds what is asked for (a number, a date, a
person), and how good its passage is. Weights are fitted, see ``weights.json``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from index.embedding.protocol import FloatMatrix
from index.reader import IndexView
from index.text.language import Language, detect_language
from index.text.spans import Span
from rag.facts import Fact
from rag.likely import WORD_FEATURES, Likely, likely_sentences, load_promise, most_promising
from rag.matching import MATCHES, match_features, standardised
from rag.query import Query, share_held
from rag.questions import Kind
from rag.retrieval import Hit
from rag.sentence_vectors import EncodedSentence, SentenceVectors

FEATURES = (
    "nearness",  # cosine of question and sentence
    "relative_nearness",  # that, as a z-score among the question's sentences
    "relative_coverage",  # share of the question's terms in the sentence, likewise
    "own_nearness",  # cosine of question and sentence, both from the mean of the document's
    "own_coverage",  # coverage, where a word counts the less the more of its sentences hold it
    "foreign",  # in the other language than the question
    "foreign_coverage",  # coverage where it is in the other language
    *WORD_FEATURES,
    *MATCHES,
)
MOST_READ = 12  # sentences, which is most of what an answer takes


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer. ``span`` stands in the document's text.

    ``facts`` are those that the question does not say itself; ``said`` are those that it does.
    """

    hit: Hit
    span: Span
    text: str
    language: Language
    facts: Sequence[Fact]
    said: Sequence[Fact]
    features: NDArray[np.float64] = field(repr=False)


def find_candidates(
    view: IndexView,
    query: Query,
    kind: Kind,
    hits: Sequence[Hit],
    vectors: SentenceVectors,
) -> list[Candidate]:
    """Return the sentences of ``hits`` and around them with features, in no particular order.

    Only those that look best without their vectors are embedded and returned.
    """
    sentences = likely_sentences(view, hits, query, kind)
    rows = most_promising(sentences, MOST_READ, load_promise())
    return with_features(rows, query, vectors.of([row.text for row in rows]))


def with_features(
    rows: list[Likely], query: Query, encoded: Sequence[EncodedSentence]
) -> list[Candidate]:
    """Return sentences, ``encoded`` in the same order, with all their features."""
    if not rows:
        return []
    vectors = np.stack([one.vector for one in encoded])
    documents = [row.hit.passage.document_id for row in rows]
    tokens = [one.tokens.astype(np.float32) for one in encoded]
    matches = match_features(query.tokens, tokens, documents)
    nearness = vectors @ query.vector
    own_nearness, own_coverage = _within_documents(rows, query, vectors)
    relative_nearness = standardised(nearness)
    relative_coverage = standardised(np.array([row.coverage for row in rows], np.float32))
    candidates = []
    for i, row in enumerate(rows):
        spoken = detect_language(row.text).language
        foreign = spoken in ("ba", "ru") and spoken != query.language
        values = (
            nearness[i], relative_nearness[i], relative_coverage[i],
            own_nearness[i], own_coverage[i], foreign, row.coverage * foreign,
            *row.features, *matches[i],
        )  # fmt: skip
        features = np.array(values, np.float64)
        candidates.append(
            Candidate(row.hit, row.span, row.text, spoken, row.facts, row.said, features)
        )
    return candidates


def _within_documents(
    rows: list[Likely], query: Query, vectors: FloatMatrix
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return how near each row (n,) is, and what it covers, apart from what its document is about.

    All sentences of an article are near a question about it; what tells them apart is the rest.
    """
    nearness, coverage = np.zeros(len(rows)), np.zeros(len(rows))
    documents = np.array([row.hit.passage.document_id for row in rows])
    for document in dict.fromkeys(documents.tolist()):
        (own,) = np.nonzero(documents == document)
        mean = vectors[own].mean(axis=0)
        apart, asked = vectors[own] - mean, query.vector - mean
        lengths = np.linalg.norm(apart, axis=1) * np.linalg.norm(asked)
        nearness[own] = apart @ asked / np.maximum(lengths, 1e-6)
        held = np.stack([rows[at].held for at in own])
        rarity = np.log((1 + len(own)) / (0.5 + (held > 0).sum(axis=0)))
        coverage[own] = [share_held(one, query.weights * rarity) for one in held]
    return nearness, coverage
