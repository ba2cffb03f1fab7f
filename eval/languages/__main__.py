"""``python -m eval.languages CORPORA``: how often the language is told right, and by what.

Prints the share of right guesses of the detector and of its alternatives, its confidence against
the truth, and the time a text takes. The snippets are of the half of the train articles that the
n-grams were not learned from.
"""

import argparse
import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from rich.console import Console
from rich.table import Table

from eval.corpora import read_articles
from eval.languages.alternatives import Detector, by_endings, by_fasttext, by_ngrams
from eval.languages.snippets import Labelled, halves, sentences, snippets
from index.text.language import detect_language
from index.text.language_evidence import word_evidence

_EVAL = Path(__file__).parents[1]
_QUESTIONS = (_EVAL / "gold" / "language.jsonl", _EVAL / "languages" / "questions.jsonl")
_SNIPPETS = 20_000
_WORDS = (2, 6)
_SEED = 1
_BINS = (0.0, 0.5001, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.01)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpora", type=Path, help="the folder that holds bashinform")
    parser.add_argument(
        "--questions", type=Path, nargs="+", default=_QUESTIONS, help="files of text and language"
    )
    parser.add_argument("--errors", action="store_true", help="list what the detector gets wrong")
    arguments = parser.parse_args()
    detectors: dict[str, Detector] = {"detector": _detector, "endings": by_endings}
    detectors["n-grams"] = by_ngrams
    if fasttext := by_fasttext():
        detectors["lid.176"] = fasttext
    console = Console()
    with console.status("reading …"):
        sets = {path.stem: read_questions(path) for path in arguments.questions}
        sets |= _of_news(arguments.corpora / "bashinform")
    console.print(_accuracy(sets, detectors), _calibration(sets), _speed(sets, detectors))
    if arguments.errors:
        for row in (row for rows in sets.values() for row in rows):
            if (guess := detect_language(row.text)).language != row.language:
                console.print(f"{row.slice}: {guess} for {row.text!r}", markup=False)


def read_questions(path: Path) -> list[Labelled]:
    """Read JSON lines of ``text``, ``language`` and ``slice``."""
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    return [Labelled(row["text"], row["language"], row["slice"]) for row in rows]


def _detector(text: str) -> str:
    return detect_language(text).language


def _of_news(folder: Path) -> dict[str, list[Labelled]]:
    learned_from_not = halves(read_articles(folder / "articles.train.jsonl"))[1]
    return {
        "dev articles": sentences(read_articles(folder / "articles.dev.jsonl")),
        "snippets": snippets(sentences(learned_from_not), _SNIPPETS, _WORDS, _SEED),
    }


def _accuracy(sets: dict[str, list[Labelled]], detectors: dict[str, Detector]) -> Table:
    table = Table("set", "slice", "texts", *detectors, title="Share of right guesses")
    for name, rows in sets.items():
        for slice_name, part in [("all", rows), *_slices(rows)]:
            shares = [
                sum(detect(row.text) == row.language for row in part) / len(part)
                for detect in detectors.values()
            ]
            table.add_row(name, slice_name, str(len(part)), *(f"{share:.4f}" for share in shares))
        table.add_section()
    return table


def _slices(rows: Sequence[Labelled]) -> Iterator[tuple[str, list[Labelled]]]:
    slices: dict[str, list[Labelled]] = defaultdict(list)
    for row in rows:
        slices[row.slice].append(row)
    yield from sorted(slices.items())


def _calibration(sets: dict[str, list[Labelled]]) -> Table:
    table = Table("set", "confidence", "texts", "right", title="Confidence of the detector")
    for name, rows in sets.items():
        found: Counter[float] = Counter()
        right: Counter[float] = Counter()
        for row in rows:
            guess = detect_language(row.text)
            least = max(edge for edge in _BINS if guess.confidence >= edge)
            found[least] += 1
            right[least] += guess.language == row.language
        for least, following in pairwise(_BINS):
            if found[least]:
                share = right[least] / found[least]
                edges = f"{least:.2f}–{min(following, 1):.2f}"
                table.add_row(name, edges, str(found[least]), f"{share:.3f}")
        table.add_section()
    return table


def _speed(sets: dict[str, list[Labelled]], detectors: dict[str, Detector]) -> Table:
    table = Table("set", "characters", *detectors, title="Microseconds a text, words not yet seen")
    for name, rows in sets.items():
        times = []
        for detect in detectors.values():
            word_evidence.cache_clear()
            started = time.process_time()
            for row in rows:
                detect(row.text)
            times.append((time.process_time() - started) / len(rows) * 1e6)
        characters = sum(len(row.text) for row in rows) / len(rows)
        table.add_row(name, f"{characters:.0f}", *(f"{taken:.1f}" for taken in times))
    return table


if __name__ == "__main__":
    main()
