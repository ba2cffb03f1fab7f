"""Text to measure with: the sentences of the seed documents, drawn in random order."""

import random
from pathlib import Path

from index.text.sentences import sentence_spans

QUERIES = (
    "Кто возглавляет правление Клуба молодых промышленников?",
    "Түңәрәк өҫтәлдең модераторы кем булды?",
    "Когда создан Центр кластерного развития Башкортостана?",
    "Кластерлы үҫеш үҙәге ҡайһы йылда булдырылды?",
    "Сколько студенческих городков должно появиться в России к 2036 году?",
    "Өфөлә кампустың беренсе сираты ҡасан асылды?",
)
_SENTENCES = 20


def drawn_documents(seeds: Path, count: int, draw: int = 0) -> list[dict[str, str]]:
    """Return ``count`` documents of random sentences, each in one language; the same for a draw."""
    chosen = random.Random(draw)  # noqa: S311 - not for secrets
    sources = []
    for file in sorted(seeds.glob("*.txt")):
        text = file.read_text(encoding="utf-8")
        sources.append([span.of(text) for span in sentence_spans(text)])
    return [
        {
            "id": f"drawn-{draw}-{n}",
            "text": " ".join(chosen.choices(sources[n % len(sources)], k=_SENTENCES)),
        }
        for n in range(count)
    ]
