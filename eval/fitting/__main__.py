"""``python -m eval.fitting CORPORA``: learn ``rag/weights.json`` anew.

Needed after a change of the embedding model, the analyser or the features. Indexes are kept in the
working folder, so that a second run embeds only what is new.
"""

import argparse
import json
from pathlib import Path

from rich.console import Console

from eval.fitting.examples import Example, collect, gold_questions, off_topic, xquad_questions
from eval.fitting.models import figures, fit, held_out
from eval.provenance import commit
from rag.evidence import FEATURES
from rag.scoring import CONFIDENCE_FEATURES
from rag.settings import AnswerSettings

_ROOT = Path(__file__).parents[2]
_GOLD = _ROOT / "eval" / "gold"
_EVERY = 5  # of XQuAD's questions, how many are asked of the seeds, where nothing answers them


def main() -> None:
    """Collect examples, fit, report on held-out folds, write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpora", type=Path, help="the folder that holds bashinform and xquad_ru")
    parser.add_argument("--work", type=Path, default=_ROOT / ".data" / "fitting")
    arguments = parser.parse_args()
    console = Console()
    with console.status("asking …"):
        examples = _examples(arguments.corpora, arguments.work)
    report = figures(held_out(examples), AnswerSettings().min_confidence)
    fitted = fit(examples)
    weights = {
        "made_by": "python -m eval.fitting",
        "commit": commit(),
        "learned_from": "eval/gold (seeds, news, off_topic), XQuAD ru dev",
        "held_out": report,
        "sentence": _named(FEATURES, fitted.sentence.tolist()),
        "confidence": {
            **_named(CONFIDENCE_FEATURES, fitted.confidence.tolist()),
            "bias": round(fitted.bias, 4),
        },
    }
    target = _ROOT / "rag" / "weights.json"
    target.write_text(json.dumps(weights, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    console.print_json(data=report)


def _examples(corpora: Path, work: Path) -> list[Example]:
    seeds, seed_questions = gold_questions(
        _GOLD / "seeds.jsonl", [_ROOT / "seeds"], by_sentence=True
    )
    articles = corpora / "bashinform" / "articles.dev.jsonl"
    news, news_questions = gold_questions(_GOLD / "news.jsonl", [articles], by_sentence=False)
    paragraphs, xquad = xquad_questions(corpora / "xquad_ru" / "xquad_ru.dev.jsonl")
    strange = (_GOLD / "off_topic.txt").read_text(encoding="utf-8").splitlines()
    others = [*off_topic(strange, 3), *off_topic([q.question for q in xquad[::_EVERY]], 1)]
    return [
        *collect("seeds", work / "seeds", seeds, seed_questions),
        *collect("off_topic", work / "seeds", seeds, others),
        *collect("news", work / "news", news, news_questions),
        *collect("xquad", work / "xquad", paragraphs, xquad),
    ]


def _named(names: tuple[str, ...], values: list[float]) -> dict[str, float]:
    return {name: round(value, 4) for name, value in zip(names, values, strict=True)}


if __name__ == "__main__":
    main()
