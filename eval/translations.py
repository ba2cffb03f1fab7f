"""How often a translation that was found is one, on parallel articles among other documents.

    python -m eval.translations CORPORA [--out eval/reports/translations.json]

Once with both versions of every article there, and ten times with one version of two thirds of them
missing, drawn by chance: then the nearest document in the other language is often another article.
Some of the distractors tell of the same event; they count as wrong. The thresholds were chosen by
these very figures.
"""

import argparse
import json
import random
import sys
import tempfile
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import numpy as np

from eval.headlines import read_benchmark
from eval.provenance import commit, now
from index.folder import DataFolder
from index.settings import IndexSettings
from index.translations import agree, described, nearest_pairs

_DRAWS = 10


def main() -> int:
    """Index the articles and the distractors, find translations, write the report."""
    parser = argparse.ArgumentParser(prog="python -m eval.translations")
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--data-dir", type=Path, help="where the index is kept, or found again")
    parser.add_argument("--out", type=Path, default=Path("eval/reports/translations.json"))
    options = parser.parse_args()
    benchmark = read_benchmark(
        options.corpora / "bashinform" / "articles.dev.jsonl",
        options.corpora / "distractors" / "distractors.jsonl",
    )
    articles = sorted({headline.article for headline in benchmark.headlines})
    texts = {identifier: document.text for identifier, document in benchmark.corpus.items()}
    with tempfile.TemporaryDirectory() as aside:
        folder = DataFolder(IndexSettings(data_dir=options.data_dir or Path(aside)))
        given = ({"id": identifier, "text": text} for identifier, text in texts.items())
        job = folder.jobs.accept(given, folder.settings.max_document_bytes)
        folder.indexer.run_until(job)
        report = {
            "commit": commit(),
            "made_at": now(),
            "articles": len(articles),
            "documents": len(texts),
            "both_versions_there": _figures(folder, texts, [set()]),
            "two_thirds_without_one": _figures(
                folder, texts, [_missing(articles, draw) for draw in range(_DRAWS)]
            ),
        }
    options.out.write_text(json.dumps(report, indent=1) + "\n")
    sys.stdout.write(json.dumps(report, indent=1) + "\n")
    return 0


def _missing(articles: Collection[str], draw: int) -> set[str]:
    """Return one version of two thirds of the articles."""
    chance = random.Random(draw)  # noqa: S311 # chance, not a secret
    drawn = {article: chance.choice((":ba", ":ru", None)) for article in articles}
    return {article + version for article, version in drawn.items() if version is not None}


def _figures(
    folder: DataFolder, texts: Mapping[str, str], draws: Sequence[Collection[str]]
) -> dict[str, float | int]:
    """Return how many links are found and right, each draw without the documents that it names."""
    snapshot = folder.snapshots.open(folder.index.version())
    with folder.catalog.reading() as connection:
        versions, vectors, _ = described(connection, snapshot.vectors)
    whole = found = right = 0
    for missing in draws:
        there = texts.keys() - set(missing)
        rows = [row for row, version in enumerate(versions) if version.document_id in there]
        names = [versions[row].document_id for row in rows]
        languages = np.array([versions[row].language for row in rows])
        pairs = nearest_pairs(vectors[rows], languages, np.arange(len(rows)))
        links = [(names[i], names[j]) for i, j in pairs if agree(texts[names[i]], texts[names[j]])]
        whole += sum(name.endswith(":ba") and name[:-3] + ":ru" in there for name in there)
        found += len(links)
        right += sum(one[:-3] == other[:-3] for one, other in links)
    return {
        "pairs": whole,
        "found": found,
        "right": right,
        "precision": round(right / found, 4),
        "recall": round(right / whole, 4),
    }


if __name__ == "__main__":
    sys.exit(main())
