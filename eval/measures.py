"""The measures of a run: what each says and which way is better."""

from dataclasses import dataclass

from eval.ranking import RANKING_MEASURES

RISK_COVERAGE_AREA = "risk_coverage_area"
CALIBRATION_ERROR = "calibration_error"


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure, from 0 to 1. ``counts``: it counts cases, so that «7 of 12» can be said."""

    name: str
    title: str
    explanation: str
    counts: bool = False
    more_is_better: bool = True


def _ranking(of: str, title: str, explanation: str) -> list[Measure]:
    written = {"mrr@10": "MRR@10", "ndcg@10": "nDCG@10"}
    return [
        Measure(
            f"{of}_{name}",
            f"{title} {written.get(name, name)}",
            explanation,
            counts=name.startswith("recall"),
        )
        for name in RANKING_MEASURES
    ]


QUESTION_MEASURES = {
    measure.name: measure
    for measure in (
        Measure(
            "evidence_hit",
            "Evidence hit",
            "answerable questions for which some citation meets the evidence",
            counts=True,
        ),
        Measure(
            "match_own_words",
            "Match, own words",
            "answerable questions whose accepted answer stands in the answer's own words",
            counts=True,
        ),
        Measure(
            "match_quotes",
            "Match, quotes",
            "answerable questions whose accepted answer stands in a quote",
            counts=True,
        ),
        Measure("token_f1", "Token F1", "overlap of the answer with the best accepted answer"),
        Measure(
            "citation_precision",
            "Citation precision",
            "share of the cited characters that are evidence, of what was answered",
        ),
        Measure(
            "citation_recall",
            "Citation recall",
            "share of the evidence's characters that are cited, of what is answerable",
        ),
        Measure(
            "citation_validity",
            "Citation validity",
            "citations that are the text to the letter, and no longer than allowed",
            counts=True,
        ),
        Measure(
            "unanswerable_refused",
            "Unanswerable refused",
            "unanswerable questions that were refused, as they should be",
            counts=True,
        ),
        Measure(
            "answerable_refused",
            "Answerable refused",
            "answerable questions that were refused",
            counts=True,
            more_is_better=False,
        ),
        Measure(
            "answer_language",
            "Answer language",
            "answers and refusals whose words outside quotes are in the language asked for",
            counts=True,
        ),
        *_ranking("document", "Documents,", "right documents among those found"),
        *_ranking("evidence", "Evidence,", "right passages among those found"),
    )
}
"""Measures that are a mean over questions, by name."""

SET_MEASURES = {
    measure.name: measure
    for measure in (
        Measure(
            RISK_COVERAGE_AREA,
            "Risk–coverage area",
            "mean share of wrong answers over all coverages, most confident first",
            more_is_better=False,
        ),
        Measure(
            CALIBRATION_ERROR,
            "Calibration error",
            "how far confidence is from the share that is right, of what was answered",
            more_is_better=False,
        ),
    )
}
"""Measures of a whole set of questions, by name."""

MEASURES = QUESTION_MEASURES | SET_MEASURES
