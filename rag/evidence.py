"""Evidence: the sentences of the passages, by how likely they answer the question.

A first, linear scorer over features that need no second model: nearness of meaning, the share of
the question's terms that a sentence holds, whether it holds what is asked for (a number, a date, a
person), and how good its passage is. Weights are fitted, see ``weights.json``.
"""

import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from cachetools import LRUCache
from numpy.typing import NDArray

from index.embedding.centring import Centring
from index.embedding.protocol import Embedder, FloatMatrix
from index.reader import IndexView
from index.text.analysis import analyse, stem_in_both
from index.text.language import Language, detect_language
from index.text.sentences import sentence_spans
from index.text.spans import Span
from rag.details import DETAILS, Details
from rag.facts import Fact, FactKind, find_facts
from rag.query import Query, share_held
from rag.questions import Kind
from rag.retrieval import Hit, with_neighbours
from rag.roles import asks_for_role, tells_role

FEATURES = (
    "nearness",  # cosine of question and sentence
    "relative_nearness",  # that, as a z-score among the question's sentences
    "coverage",  # share of the question's terms in the sentence, by weight
    "relative_coverage",  # that, as a z-score among the question's sentences
    "own_nearness",  # cosine of question and sentence, both from the mean of the document's
    "own_coverage",  # coverage, where a word counts the less the more of its sentences hold it
    "near_coverage",  # share of the question's terms in the sentence and its two neighbours
    "context_coverage",  # share of the question's terms in the passage and its title
    "passage",  # fused score of the passage
    "cosine",  # of question and passage
    "bm25",  # of the passage, as a share of what the question's words weigh
    "rank",  # 1 / rank of the passage
    "document_rank",  # 1 / rank of the document, by its best passage
    "lead",  # the first sentence of its document
    "expected_fact",  # holds what is asked for, beyond what the question says itself
    "missing_fact",  # is asked for a fact and does not hold one
    "leans_back",  # begins with a pronoun whose sense stands elsewhere
    "short",  # hardly a sentence
    "long",  # so long that the answer drowns in it
    "foreign",  # in the other language than the question
    "foreign_coverage",  # coverage where it is in the other language
    *DETAILS,
)

EXPECTED: dict[Kind, tuple[FactKind, ...]] = {
    "who": ("person",),
    "when": ("date",),
    "how_many": ("number",),
    "where": ("place",),
}
_CAUSE = re.compile(
    r"\b(?:сөнки|арҡаһында|сәбәп|һөҙөмтәһендә|маҡсат|из-за|потому|так как|поскольку|в связи с|"
    r"причин|вызва|благодаря|чтобы|вследствие|в результате)",
    re.IGNORECASE,
)
_LEANS_BACK = re.compile(
    r"^[\s—–\-«\"(]*(?:Был|Ул|Улар|Уның|Уға|Уны|Унда|Шул|Ошо|Бында|Шулай|Бынан|Он|Она|Оно|Они|Это|Этот|Эта|Эти|"
    r"Его|Её|Ее|Их|Там|Здесь|Об этом|При этом|Также|Кроме того|Так)\b"
)
# «Об этом сообщает пресс-служба»: who said it answers nothing but who said it.
_ATTRIBUTES = re.compile(
    r"^[\s—–-]*(?:(?:Был|Ошо|Шул) (?:хаҡта|турала)|Об этом)\b"
    r".*(?:хәбәр ит|белдер|һөйлә|сообщ|переда[лёе]|пишет|рассказ|заяв)"
)
_ASKS_WHO_SAID = re.compile(
    r"хәбәр|хэбэр|тарат|белдер|һөйлә|сообщ|передал|рассказ|сказал|заяв|написал", re.IGNORECASE
)
_MOST_EMBEDDED = 32
_DOCUMENTS, _REACH = 3, 2  # whose neighbouring passages are read too, and how far


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


class SentenceVectors:
    """Vectors of sentences; those last used are kept. Safe to share between threads."""

    def __init__(self, embedder: Embedder, centring: Centring, kept: int = 4096) -> None:
        self._embedder = embedder
        self._centring = centring
        self._kept: LRUCache[str, FloatMatrix] = LRUCache(maxsize=kept)
        self._turn = threading.Lock()

    def of(self, sentences: Sequence[str]) -> FloatMatrix:
        """Return unit vectors of shape (len(sentences), dimension)."""
        with self._turn:
            found = {text: self._kept[text] for text in sentences if text in self._kept}
        new = [text for text in dict.fromkeys(sentences) if text not in found]
        if new:
            languages = [detect_language(text).language for text in new]
            vectors = self._centring.passages(self._embedder.embed_passages(new), languages)
            found.update(zip(new, vectors, strict=True))
            with self._turn:
                self._kept.update({text: found[text] for text in new})
        return np.stack([found[text] for text in sentences])


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
    hits = with_neighbours(view, query, hits, _DOCUMENTS, _REACH)
    rows = _likely(view, hits, query, kind)
    if not rows:
        return []
    return _with_features(rows, query, vectors.of([row.text for row in rows]), _wants(kind))


@dataclass(frozen=True, slots=True)
class _Rough:
    hit: Hit
    span: Span
    text: str
    facts: list[Fact]
    said: list[Fact]
    rank: int
    document_rank: int
    held: NDArray[np.float64]
    coverage: float
    near: float
    context: float
    lead: bool
    expected: bool
    details: tuple[float, ...]

    @property
    def likely(self) -> float:
        """How promising the sentence looks before its meaning is compared."""
        return self.coverage + self.near + 0.5 * self.expected + 0.5 / self.document_rank


def _wants(kind: Kind) -> bool:
    """Whether it can be told of a sentence that it holds what such a question asks for."""
    return kind in EXPECTED or kind == "why"


def _holds_expected(kind: Kind, text: str, facts: Sequence[Fact]) -> bool:
    if kind == "why":
        return bool(_CAUSE.search(text))
    return any(fact.kind in EXPECTED.get(kind, ()) for fact in facts)


def _likely(view: IndexView, hits: Sequence[Hit], query: Query, kind: Kind) -> list[_Rough]:
    """Return the most promising sentences of ``hits``."""
    ids = np.array([hit.passage.chunk_id for hit in hits], np.int64)
    details = Details(query)
    wants_role = asks_for_role(query.text)
    wants_source = bool(_ASKS_WHO_SAID.search(query.text))
    begins = set(view.leads(ids).tolist())
    rows: dict[str, _Rough] = {}  # the same sentence in another document says nothing more
    documents = list(dict.fromkeys(hit.passage.document_id for hit in hits))
    for rank, hit in enumerate(hits, 1):
        document_rank = 1 + documents.index(hit.passage.document_id)
        spans = sentence_spans(hit.passage.text)
        terms = [_terms(span.of(hit.passage.text)) for span in spans]
        context = query.coverage(_terms(hit.passage.title or "").union(*terms))
        for place, span in enumerate(spans):
            text = span.of(hit.passage.text)
            if text in rows or (not wants_source and _ATTRIBUTES.match(text)):
                continue
            found = find_facts(text)
            said = [fact for fact in found if _is_said(fact, query.own)]
            facts = [fact for fact in found if fact not in said]
            held = query.held(terms[place])
            near = query.held(frozenset().union(*terms[max(0, place - 1) : place + 2]))
            rows[text] = _Rough(
                hit, span.shifted(hit.passage.span.start), text, facts, said, rank, document_rank,
                held, share_held(held, query.weights), share_held(near, query.weights), context,
                place == 0 and hit.passage.chunk_id in begins,
                _holds_expected(kind, text, facts) or (wants_role and tells_role(text, query)),
                details.features(text, facts, held, near),
            )  # fmt: skip
    return sorted(rows.values(), key=lambda row: -row.likely)[:_MOST_EMBEDDED]


def _with_features(
    rows: list[_Rough], query: Query, vectors: FloatMatrix, wants_fact: bool
) -> list[Candidate]:
    nearness = vectors @ query.vector
    own_nearness, own_coverage = _within_documents(rows, query, vectors)
    relative_nearness = _standardised(nearness)
    relative_coverage = _standardised(np.array([row.coverage for row in rows], np.float32))
    candidates = []
    for i, row in enumerate(rows):
        spoken = detect_language(row.text).language
        foreign = spoken in ("ba", "ru") and spoken != query.language
        values = (
            nearness[i], relative_nearness[i], row.coverage, relative_coverage[i],
            own_nearness[i], own_coverage[i], row.near, row.context,
            row.hit.score, row.hit.dense, row.hit.lexical, 1 / row.rank,
            1 / row.document_rank, row.lead,
            row.expected, wants_fact and not row.expected,
            bool(_LEANS_BACK.match(row.text)), len(row.text) < 40, len(row.text) > 350,
            foreign, row.coverage * foreign, *row.details,
        )  # fmt: skip
        features = np.array(values, np.float64)
        candidates.append(
            Candidate(row.hit, row.span, row.text, spoken, row.facts, row.said, features)
        )
    return candidates


def _within_documents(
    rows: list[_Rough], query: Query, vectors: FloatMatrix
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


def _standardised(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return z-scores; all 0 where the values hardly differ."""
    deviation = float(values.std()) if len(values) else 0.0
    return (values - values.mean()) / deviation if deviation > 1e-6 else np.zeros_like(values)


def _terms(text: str) -> frozenset[str]:
    return frozenset(term.text for term in analyse(text))


def _is_said(fact: Fact, own: frozenset[str]) -> bool:
    """Whether the question's terms say the fact itself: «к 2036 году» is not what it asks for.

    Of a date or a number the digits count: «2036 йылға» says «2036 году».
    """
    terms = analyse(fact.text)
    digits = [term for term in terms if term.text[0].isdigit()]
    if digits:
        return all(term.text in own for term in digits)
    # Names are stemmed otherwise in the other language: «Олег» is «олек» in Bashkir.
    names = [term.span.of(fact.text) for term in terms]
    return bool(names) and all(not own.isdisjoint(stem_in_both(name)) for name in names)
