"""One question judged: every measure's score, from the answer and the search hits."""

from collections.abc import Sequence

from eval.answer_language import speaks
from eval.answers import says, token_f1
from eval.citations import is_valid, score_citations
from eval.evidence import Corpus, GoldSpan
from eval.questions import Question
from eval.quoting import own_words, without_markers
from eval.ranking import score_documents, score_evidence
from eval.responses import Answer, Hit

QuestionScores = dict[str, tuple[float, float]]
"""A part and its weight for each measure that the question has to do with."""


def judge(
    question: Question,
    gold: Sequence[GoldSpan],
    answer: Answer,
    hits: Sequence[Hit],
    corpus: Corpus,
) -> QuestionScores:
    """Return the question's scores. ``gold``: where its evidence stands; ``hits``: best first.

    A refusal of an answerable question is wrong in every measure of answers; an answer to an
    unanswerable one has nothing right to cite.
    """
    scores: QuestionScores = {}
    quotes = [citation.quote for citation in answer.citations]
    own = own_words(answer.text, quotes)
    cited = score_citations(answer.citations, gold, corpus)
    valid = [citation.quote for citation in answer.citations if is_valid(citation, corpus)]
    if question.answerable:
        whole = without_markers(answer.text)
        in_quotes = any(says(quote, question.answers) for quote in valid)
        scores |= {
            "evidence_hit": _score(answer.answered and cited.hit),
            "match_own_words": _score(answer.answered and says(own, question.answers)),
            "match_quotes": _score(answer.answered and in_quotes),
            "token_f1": _score(token_f1(whole, question.answers) if answer.answered else 0.0),
            "citation_recall": _score(cited.recall if answer.answered else 0.0),
            "answerable_refused": _score(not answer.answered),
        }
        scores |= {
            f"document_{name}": _score(value) for name, value in score_documents(hits, gold).items()
        }
        scores |= {
            f"evidence_{name}": _score(value) for name, value in score_evidence(hits, gold).items()
        }
    else:
        scores["unanswerable_refused"] = _score(not answer.answered)
    if answer.answered:
        scores["citation_precision"] = _score(cited.precision)
    if answer.citations:
        scores["citation_validity"] = (float(len(valid)), float(len(answer.citations)))
    in_language = speaks(own, question.language)
    if in_language is not None:
        scores["answer_language"] = _score(in_language)
    return scores


def _score(value: float) -> tuple[float, float]:
    return float(value), 1.0
