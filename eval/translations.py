"""How often a translation that was found is one, on parallel articles among other documents.

    python -m eval.translations CORPORA [--out eval/reports/translations.json]

Once with both versions of every article there, and once with one version of two thirds of them
missing: then the nearest document in the other language is often another article.
"""

import argparse
import json
import random
import sys
import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path

import numpy as np

from eval.headlines import read_benchmark
from eval.provenance import commit, now
from index.folder import DataFolder
from index.settings import IndexSettings
from index.translations import Version, agree, described, nearest_pairs

_SEED = 1


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
            "both_versions_there": _figures(folder, texts, set()),
            "two_thirds_without_one": _figures(folder, texts, _missing(articles)),
        }
    options.out.write_text(json.dumps(report, indent=1) + "\n")
    sys.stdout.write(json.dumps(report, indent=1) + "\n")
    return 0


def _missing(articles: Collection[str]) -> set[str]:
    """Return one version of two thirds of the articles."""
    chance = random.Random(_SEED)  # noqa: S311 # chance, not a secret
    drawn = {article: chance.choice((":ba", ":ru", None)) for article in articles}
    return {article + version for article, version in drawn.items() if version is not None}


def _figures(
    folder: DataFolder, texts: Mapping[str, str], missing: Collection[str]
) -> dict[str, float | int]:
    """Return how many links are found without the documents ``missing``, and how many are right."""
    snapshot = folder.snapshots.open(folder.index.version())
    with folder.catalog.reading() as connection:
        versions, vectors, _ = described(connection, snapshot.vectors)
    there = texts.keys() - set(missing)
    rows = [row for row, version in enumerate(versions) if version.document_id in there]
    kept: list[Version] = [versions[row] for row in rows]
    languages = np.array([version.language for version in kept])
    pairs = nearest_pairs(vectors[rows], languages, np.arange(len(rows)))
    named = [(kept[i].document_id, kept[j].document_id) for i, j in pairs]
    found = [pair for pair in named if agree(*(texts[name] for name in pair))]
    whole = sum(name[:-3] + ":ru" in there for name in there if name.endswith(":ba"))
    right = sum(one[:-3] == other[:-3] for one, other in found)
    return {
        "pairs": whole,
        "found": len(found),
        "right": right,
        "precision": round(right / len(found), 4),
        "recall": round(right / whole, 4),
    }


if __name__ == "__main__":
    sys.exit(main())
