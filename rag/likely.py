"""The sentences of passages that may answer, by their words alone, before a model reads them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.reader import IndexView
from index.text.analysis import analyse, stem_in_both
from index.text.sentences import sentence_spans
from index.text.spans import Span
from rag.details import Details
from rag.facts import Fact, FactKind, find_facts
from rag.query import Query, share_held
from rag.questions import Kind
from rag.retrieval import Hit
from rag.roles import asks_for_role, tells_role

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
# «Об этом сообщает пресс-служба»: who said it answers nothing but who said it.
_ATTRIBUTES = re.compile(
    r"^[\s—–-]*(?:(?:Был|Ошо|Шул) (?:хаҡта|турала)|Об этом)\b"
    r".*(?:хәбәр ит|белдер|һөйлә|сообщ|переда[лёе]|пишет|рассказ|заяв)"
)
_ASKS_WHO_SAID = re.compile(
    r"хәбәр|хэбэр|тарат|белдер|һөйлә|сообщ|передал|рассказ|сказал|заяв|написал", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Likely:
    """A sentence that may answer, as far as its words tell. ``span`` stands in the document's text.

    ``facts`` are those that the question does not say itself, ``said`` those that it does; ``held``
    (words,) how surely it holds each of the question's words. ``coverage``, ``near`` and
    ``context`` are the shares of them, by weight, in it, in it and its neighbours, in its passage.
    """

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
    def promise(self) -> float:
        """How likely it looks before its meaning is compared."""
        return self.coverage + self.near + 0.5 * self.expected + 0.5 / self.document_rank


def likely_sentences(
    view: IndexView, hits: Sequence[Hit], query: Query, kind: Kind, most: int
) -> list[Likely]:
    """Return the ``most`` promising sentences of ``hits``, none of them twice."""
    ids = np.array([hit.passage.chunk_id for hit in hits], np.int64)
    details = Details(query)
    wants_role = asks_for_role(query.text)
    wants_source = bool(_ASKS_WHO_SAID.search(query.text))
    begins = set(view.leads(ids).tolist())
    rows: dict[str, Likely] = {}  # the same sentence in another document says nothing more
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
            rows[text] = Likely(
                hit, span.shifted(hit.passage.span.start), text, facts, said, rank, document_rank,
                held, share_held(held, query.weights), share_held(near, query.weights), context,
                place == 0 and hit.passage.chunk_id in begins,
                _holds_expected(kind, text, facts) or (wants_role and tells_role(text, query)),
                details.features(text, facts, held, near),
            )  # fmt: skip
    return sorted(rows.values(), key=lambda row: -row.promise)[:most]


def _holds_expected(kind: Kind, text: str, facts: Sequence[Fact]) -> bool:
    if kind == "why":
        return bool(_CAUSE.search(text))
    return any(fact.kind in EXPECTED.get(kind, ()) for fact in facts)


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
