"""Which passages a language model is shown: the most relevant that say different things.

Maximal marginal relevance: Carbonell and Goldstein, "The use of MMR, diversity-based reranking for
reordering documents and producing summaries", 1998. Passages are alike as far as they share terms.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index.passages import Passage
from index.text.analysis import terms_of
from index.text.sentences import sentence_spans
from index.text.spans import Span
from rag.fact_wording import AnswerLanguage
from rag.generation.prompts import make_prompt, passage_block
from rag.scoring import Scored

_RELEVANCE = 0.7  # against diversity
_MESSAGES = 16  # tokens that a chat template puts around two messages


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence that the model may cite. ``span`` stands in the document's text."""

    passage: Passage
    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Shown:
    """Blocks of the prompt, and the sentences in them: number ``n`` is ``sentences[n - 1]``."""

    blocks: Sequence[str]
    sentences: Sequence[Sentence]


@dataclass(slots=True)
class _Passage:
    best: Scored
    terms: frozenset[str]
    likest: float = 0.0  # to what was chosen already, 0 to 1

    def worth(self, top: float) -> float:
        relevance = math.exp(min(self.best.score - top, 0.0))
        return _RELEVANCE * relevance - (1 - _RELEVANCE) * self.likest


def passages_for_prompt(
    best_first: Sequence[Scored],
    question: str,
    language: AnswerLanguage,
    budget: int,
    count: Callable[[str], int],
) -> Shown:
    """Return what fills a prompt of ``budget`` tokens; nothing where the best does not fit.

    A passage that does not fit is shown by its best sentence alone, or else left out.
    """
    bare = make_prompt(question, (), language, again=True)
    room = budget - _MESSAGES - count(bare.system) - count(bare.user)
    blocks: list[str] = []
    sentences: list[Sentence] = []
    left = _choices(best_first)
    while left:
        choice = max(left, key=lambda one: one.worth(best_first[0].score))
        left.remove(choice)
        passage = choice.best.candidate.hit.passage
        for spans in (sentence_spans(passage.text), [_within(choice.best)]):
            texts = [span.of(passage.text) for span in spans]
            block = passage_block(passage.title, texts, len(sentences) + 1, language)
            if (cost := count(block)) <= room:
                room -= cost
                blocks.append(block)
                sentences += [
                    Sentence(passage, span.shifted(passage.span.start), text)
                    for span, text in zip(spans, texts, strict=True)
                ]
                for other in left:
                    other.likest = max(other.likest, _likeness(choice.terms, other.terms))
                break
    return Shown(blocks, sentences)


def _choices(best_first: Sequence[Scored]) -> list[_Passage]:
    """Return each passage by its best sentence."""
    best: dict[int, Scored] = {}
    for scored in best_first:
        best.setdefault(scored.candidate.hit.passage.chunk_id, scored)
    return [_Passage(s, frozenset(terms_of(s.candidate.hit.passage.text))) for s in best.values()]


def _within(scored: Scored) -> Span:
    candidate = scored.candidate
    return candidate.span.shifted(-candidate.hit.passage.span.start)


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(1, min(len(one), len(other)))
