"""``python -m eval.lexicon CORPORA``: learn ``rag/lexicon.tsv.gz`` anew, and measure it.

Needed after a change of the analyser. Learns from the sentences of the train articles only; the
figures on retrieval are those of the dev articles.
"""

import argparse
import random
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from eval.headlines import read_benchmark
from eval.lexicon.learning import STEPS, SentencePair, learn, read_pairs
from eval.lexicon.retrieval import TermMatrix, measure
from eval.provenance import commit
from index.text.analysis import ANALYSER_VERSION
from rag.lexicon import LEXICON_FILE, Lexicon, lexicon_content

_TARGET = Path(__file__).parents[2] / "rag" / LEXICON_FILE
_HELD_OUT = 0.1  # of the articles, for the check of the first translations
_SEED = 7


def main() -> None:
    """Learn from the corpora that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpora", type=Path, help="the folder that holds bashinform, distractors")
    learn_lexicon(parser.parse_args().corpora, Console())


def learn_lexicon(folder: Path, console: Console) -> None:
    """Check on held-out articles, learn from all, measure, write the file."""
    with Progress(console=console) as progress:
        reading = progress.add_task("sentences read", total=None)
        pairs = list(
            progress.track(
                read_pairs(folder / "bashinform" / "sentence_pairs.train.jsonl"), task_id=reading
            )
        )
        checked = _held_out(pairs)
        task = progress.add_task("expectation maximisation", total=2 * STEPS)
        rest = [pair for pair in pairs if pair.article not in checked]
        trial = Lexicon((e.line() for e in learn(rest, lambda: progress.advance(task))), "")
        entries = learn(pairs, lambda: progress.advance(task))
    lexicon = Lexicon((entry.line() for entry in entries), ANALYSER_VERSION)
    figures = {
        **_first_translation_found(trial, [p for p in pairs if p.article in checked]),
        **_on_retrieval(folder, lexicon, console),
    }
    notes = [
        f"{len(entries)} entries: ba term, ru term, p(ru|ba), p(ba|ru)",
        f"made by python -m eval.lexicon at {commit()}, from the bashinform sentence pairs "
        f"of {len({pair.article for pair in pairs})} train articles ({len(pairs)} pairs)",
        *(f"{name}: {value}" for name, value in figures.items()),
    ]
    content = lexicon_content(entries, ANALYSER_VERSION, notes)
    _TARGET.write_bytes(content)
    console.print(*notes, f"{len(content):,} bytes", sep="\n")


def _held_out(pairs: Sequence[SentencePair]) -> set[str]:
    articles = sorted({pair.article for pair in pairs})
    return set(random.Random(_SEED).sample(articles, int(_HELD_OUT * len(articles))))  # noqa: S311  # no secret


def _first_translation_found(lexicon: Lexicon, pairs: Sequence[SentencePair]) -> dict[str, str]:
    """Return how often a term's best translation stands in the translated sentence."""
    figures = {}
    for direction, sides in {
        "ba→ru": [(pair.ba, pair.ru) for pair in pairs],
        "ru→ba": [(pair.ru, pair.ba) for pair in pairs],
    }.items():
        best = [
            (found[0][0], other)
            for side, other in sides
            for term in side
            if term not in other and (found := lexicon.translations(term))
        ]
        share = sum(translation in other for translation, other in best) / len(best)
        figures[f"held-out sentences, first translation is there, {direction}"] = f"{share:.3f}"
    return figures


def _on_retrieval(folder: Path, lexicon: Lexicon, console: Console) -> dict[str, str]:
    with console.status("measuring on the dev articles …"):
        benchmark = read_benchmark(
            folder / "bashinform" / "articles.dev.jsonl",
            folder / "distractors" / "distractors.jsonl",
        )
        texts = {name: document.text for name, document in benchmark.corpus.items()}
        matrix = TermMatrix(texts)
        plain = measure(benchmark, matrix, lambda terms: [{t: 1.0} for t in dict.fromkeys(terms)])
        expanded = measure(
            benchmark, matrix, lambda terms: [lexicon.alternatives(t) for t in dict.fromkeys(terms)]
        )
    return {
        f"dev headlines → bodies, BM25 alone, nDCG@10 without and with it, {direction}": (
            f"{plain[direction]:.3f} {expanded[direction]:.3f}"
        )
        for direction in plain
    }


if __name__ == "__main__":
    main()
