"""An answer with what it was made from: the sentences considered, and what spoke for each."""

from collections.abc import Sequence
from dataclasses import dataclass

from rag.evidence import FEATURES
from rag.pipeline import Pipeline
from rag.scoring import Scored, Weights, load_weights, ranked
from service.asking import answer
from service.rendering import hit_out
from service.schemas.asking import AnswerOut, AskIn
from service.schemas.searching import HitOut

_SENTENCES = 10
_REASONS = 6


@dataclass(frozen=True, slots=True)
class Share:
    """What a feature adds to the score of a sentence."""

    feature: str
    value: float
    adds: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence that was considered, and why it stands where it does."""

    hit: HitOut
    start: int
    end: int
    text: str
    language: str
    score: float
    shares: Sequence[Share]


@dataclass(frozen=True, slots=True)
class Inside:
    """An answer, and the best of the sentences considered, best first."""

    answer: AnswerOut
    evidence: Sequence[Evidence]


def answer_with_inside(pipeline: Pipeline, body: AskIn) -> Inside:
    """Answer a question and look again at what was considered for it."""
    given = answer(pipeline, body)
    weights = load_weights()
    considered = pipeline.candidates(body.to_ask()) if given.sources else []
    best = ranked(considered, weights)[:_SENTENCES]
    return Inside(given, [_evidence(scored, weights) for scored in best])


def _evidence(scored: Scored, weights: Weights) -> Evidence:
    candidate = scored.candidate
    shares = [
        Share(name, float(value), float(value * weight))
        for name, value, weight in zip(FEATURES, candidate.features, weights.sentence, strict=True)
    ]
    return Evidence(
        hit=hit_out(candidate.hit),
        start=candidate.span.start,
        end=candidate.span.end,
        text=candidate.text,
        language=candidate.language,
        score=scored.score,
        shares=sorted(shares, key=lambda share: -abs(share.adds))[:_REASONS],
    )
