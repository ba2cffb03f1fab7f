"""``python -m eval.fitting CORPORA``: learn anew what hangs on the model and the analyser.

In this order, each on top of the one before: the means of each language
(``index/embedding/means``), the lexicon (``rag/lexicon.tsv.gz``), fusion (``rag/fusion.json``),
which sentences are read (``rag/promise.json``) and the answers (``rag/weights.json``). Indexes are
kept in the data folder, so that a second run embeds only what is new.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from eval.evidence import Corpus
from eval.fitting.centring import learn_centring
from eval.fitting.fusion import as_json, fit_fusion
from eval.fitting.fusion_figures import fusion_figures
from eval.fitting.material import Material
from eval.fitting.models import figures, fit, held_out, listwise, thresholds
from eval.fitting.promise import promise_figures
from eval.fitting.rankings import Sought, headlines, questions, rank
from eval.lexicon.__main__ import learn_lexicon
from eval.provenance import commit
from index.embedding import open_embedder
from rag.evidence import FEATURES
from rag.fusion import load_fusion
from rag.lexicon import load_lexicon
from rag.likely import WORD_FEATURES, Likely, load_promise
from rag.pipeline import Pipeline
from rag.scoring import CONFIDENCE_FEATURES
from rag.settings import AnswerSettings
from rag.types import Ask

_ROOT = Path(__file__).parents[2]
_ANSWERS_LEARNED_FROM = "eval/gold (seeds, news, off_topic), XQuAD ru dev"
_STEPS = ("centring", "lexicon", "fusion", "promise", "answers")


def main() -> None:
    """Learn, report figures on held-out folds, write what was learned."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpora", type=Path, help="the folder that holds bashinform and xquad_ru")
    parser.add_argument("--data-dir", type=Path, default=_ROOT / ".data", help="where indexes lie")
    parser.add_argument("--only", choices=_STEPS, action="append", help="these steps alone")
    arguments = parser.parse_args()
    console = Console()
    material = Material(arguments.corpora, arguments.data_dir)
    for step in arguments.only or _STEPS:
        console.rule(step)
        if step == "centring":
            _learn_centring(arguments.corpora, console)
        elif step == "lexicon":
            learn_lexicon(arguments.corpora, console)
        elif step == "fusion":
            console.print_json(data=_learn_fusion(material, console))
        elif step == "promise":
            console.print_json(data=_learn_promise(material, console))
        else:
            console.print_json(data=_learn_answers(material, console))
        # What this step learned is what the next one builds upon.
        load_lexicon.cache_clear()
        load_fusion.cache_clear()
        load_promise.cache_clear()


def _learn_centring(corpora: Path, console: Console) -> None:
    settings = AnswerSettings()
    articles = corpora / "bashinform" / "articles.train.jsonl"
    learn_centring(open_embedder(settings), articles, settings.chunk_tokens, console.print)


def _learn_fusion(material: Material, console: Console) -> dict[str, Any]:
    mixed = material.benchmark.corpus
    # News questions are asked of the mixed corpus too: of more, and of both languages at once.
    sought: list[tuple[Corpus, list[Sought]]] = [
        (mixed, [*headlines(material.benchmark), *questions("news", material.news[1], 2.0)]),
        (material.seeds[0], list(questions("seeds", material.seeds[1], 2.0))),
        (material.xquad[0], list(questions("xquad", material.xquad[1], 1.0))),
    ]
    with console.status("searching …"):
        found = [
            pair for corpus, own in sought for pair in rank(material.folder(corpus), corpus, own)
        ]
    report = fusion_figures(found)
    learned_from = "headlines of dev articles, eval/gold (seeds, news), XQuAD ru dev"
    weights = as_json(fit_fusion([ranking for _, ranking in found]))
    _write("fusion.json", learned_from, report, weights)
    return report


def _learn_promise(material: Material, console: Console) -> dict[str, Any]:
    with console.status("asking …"):
        examples = material.examples(_all_sentences)
    report = promise_figures(examples)
    weights = _named(WORD_FEATURES, listwise(examples).tolist())
    _write("promise.json", _ANSWERS_LEARNED_FROM, report, {"promise": weights})
    return report


def _all_sentences(pipeline: Pipeline, ask: Ask) -> Sequence[Likely]:
    return pipeline.sentences(ask)[1]


def _learn_answers(material: Material, console: Console) -> dict[str, Any]:
    with console.status("asking …"):
        examples = material.examples(Pipeline.candidates)
    pairs = held_out(examples)
    by_share = thresholds(pairs)
    fitted = fit(examples)
    weights = {
        "sentence": _named(FEATURES, fitted.sentence.tolist()),
        "confidence": {
            **_named(CONFIDENCE_FEATURES, fitted.confidence.tolist()),
            "bias": round(fitted.bias, 4),
        },
        "thresholds": by_share,
    }
    at = fitted.as_weights(by_share).threshold(AnswerSettings().accepted_wrong)
    report = {"refused_below": round(at, 4), **figures(pairs, at)}
    _write("weights.json", _ANSWERS_LEARNED_FROM, report, weights)
    return report


def _write(name: str, learned_from: str, held_out: dict[str, Any], weights: dict[str, Any]) -> None:
    content = {
        "made_by": "python -m eval.fitting",
        "commit": commit(),
        "learned_from": learned_from,
        "held_out": held_out,
        **weights,
    }
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    (_ROOT / "rag" / name).write_text(text, encoding="utf-8")


def _named(names: tuple[str, ...], values: list[float]) -> dict[str, float]:
    return {name: round(value, 4) for name, value in zip(names, values, strict=True)}


if __name__ == "__main__":
    main()
