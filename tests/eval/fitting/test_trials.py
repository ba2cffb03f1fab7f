"""Trials of the answer models: what is told of planted signals."""

from dataclasses import replace

from eval.fitting.models import held_out
from eval.fitting.trials import told
from tests.eval.fitting.test_models import drawn_examples


def test_a_planted_signal_is_told_of_each_source_and_nothing_of_those_that_nothing_answers() -> (
    None
):
    asked = [replace(e, source="seeds") for e in drawn_examples(60)]
    others = [replace(e, source="news") for e in drawn_examples(60, answerable=False, seed=1)]

    report = told(held_out([*asked, *others]))

    assert report["seeds"] == {"first": 1.0, "quoted": 1.0}
    assert "news" not in report
    assert report["auc_answerable"] == report["auc_right"] > 0.95
    assert 0 <= report["calibration_error"] < 0.3


def test_a_stronger_penalty_is_less_sure() -> None:
    examples = [
        replace(e, source="seeds")
        for e in (*drawn_examples(60), *drawn_examples(60, answerable=False, seed=1))
    ]

    sure = {
        strength: [
            fitted.confidence_of(example) for example, fitted in held_out(examples, strength)
        ]
        for strength in (0.001, 1.0)
    }

    assert max(sure[0.001]) - min(sure[0.001]) < max(sure[1.0]) - min(sure[1.0])
