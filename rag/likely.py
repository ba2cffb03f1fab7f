"""The sentences of passages that may answer, by their words alone, before a model reads them.

The model takes most of an answer's time, so it reads only the most promising: those that come first
by a weighted sum of what is known without it. Its weights are learned by ``eval/fitting`` and lie,
with where they come from, in ``promise.json``.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from index.reader import IndexView
from index.text.analysis import analyse, stem_in_both, terms_of
from index.text.sentences import sentence_spans
from index.text.spans import Span
from rag.details import DETAILS, Details
from rag.facts import Fact, FactKind, find_facts
from rag.query import Query, share_held
from rag.questions import Kind
from rag.retrieval import Hit, with_neighbours
from rag.roles import asks_for_role, tells_role

WORD_FEATURES = (
    "coverage",  # share of the question's terms in the sentence, by weight
    "near_coverage",  # share of them in the sentence and its two neighbours
    "context_coverage",  # share of them in the passage and its title
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
    *DETAILS,
)
_DOCUMENTS, _REACH = 3, 2  # whose neighbouring passages are read too, and how far
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
_LEANS_BACK = re.compile(
    r"^[\s—–\-«\"(]*(?:Был|Ул|Улар|Уның|Уға|Уны|Унда|Шул|Ошо|Бында|Шулай|Бынан|Он|Она|Оно|Они|Это|Этот|Эта|Эти|"
    r"Его|Её|Ее|Их|Там|Здесь|Об этом|При этом|Также|Кроме того|Так)\b"
)


@dataclass(frozen=True, slots=True)
class Likely:
    """A sentence that may answer, as far as its words tell. ``span`` stands in the document's text.

    ``facts`` are those that the question does not say itself, ``said`` those that it does; ``held``
    (words,) how surely it holds each of the question's words, ``coverage`` the share of them by
    weight, and ``features`` are the WORD_FEATURES.
    """

    hit: Hit
    span: Span
    text: str
    facts: list[Fact]
    said: list[Fact]
    held: NDArray[np.float64]
    coverage: float
    features: NDArray[np.float64]


@cache
def load_promise() -> NDArray[np.float64]:
    """Return the weights of WORD_FEATURES that come with this version."""
    raw = json.loads(files("rag").joinpath("promise.json").read_text(encoding="utf-8"))
    return np.array([raw["promise"][name] for name in WORD_FEATURES])


def most_promising(
    sentences: Sequence[Likely], most: int, weights: NDArray[np.float64]
) -> list[Likely]:
    """Return the ``most`` sentences that look most like an answer by ``weights``, best first."""
    if not sentences:
        return []
    promise = np.stack([one.features for one in sentences]) @ weights
    return [sentences[at] for at in np.argsort(-promise, kind="stable")[:most]]


def likely_sentences(
    view: IndexView, hits: Sequence[Hit], query: Query, kind: Kind
) -> list[Likely]:
    """Return the sentences of ``hits`` and around the best of them, none of them twice."""
    hits = with_neighbours(view, query, hits, _DOCUMENTS, _REACH)
    ids = np.array([hit.passage.chunk_id for hit in hits], np.int64)
    details = Details(query)
    wants_role = asks_for_role(query.text)
    wants_source = bool(_ASKS_WHO_SAID.search(query.text))
    wants_fact = kind in EXPECTED or kind == "why"  # it can be told whether a sentence holds it
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
            coverage = share_held(held, query.weights)
            expected = _holds_expected(kind, text, facts) or (
                wants_role and tells_role(text, query)
            )
            features = (
                coverage, share_held(near, query.weights), context,
                hit.score, hit.dense, hit.lexical, 1 / rank, 1 / document_rank,
                place == 0 and hit.passage.chunk_id in begins,
                expected, wants_fact and not expected,
                bool(_LEANS_BACK.match(text)), len(text) < 40, len(text) > 350,
                *details.features(text, facts, held, near),
            )  # fmt: skip
            rows[text] = Likely(
                hit, span.shifted(hit.passage.span.start), text, facts, said, held, coverage,
                np.array(features, np.float64),
            )  # fmt: skip
    return list(rows.values())


def _holds_expected(kind: Kind, text: str, facts: Sequence[Fact]) -> bool:
    if kind == "why":
        return bool(_CAUSE.search(text))
    return any(fact.kind in EXPECTED.get(kind, ()) for fact in facts)


def _terms(text: str) -> frozenset[str]:
    return frozenset(terms_of(text))


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
