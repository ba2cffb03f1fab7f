"""Documents to ingest in number: the Bashkir press, whole, and others drawn from its sentences."""

import gzip
import json
import random
from collections.abc import Iterator
from pathlib import Path

from index.text.sentences import sentence_spans

Fields = dict[str, str]
_SENTENCES = 20  # of a drawn document
_POOL = 20_000  # sentences of each language that are drawn from


def press(corpora: Path) -> list[Fields]:
    """Return the documents of the Bashkir press, in the order of their file.

    They are numbered, as the names of some are longer than an id may be.
    """
    file = corpora / "bashkir_corpus" / "documents.jsonl.gz"
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    return [{"id": f"press-{number}", "text": text} for number, text in enumerate(texts)]


def write_lines(documents: Iterator[Fields] | list[Fields], file: Path, most: float) -> int:
    """Write documents as JSON lines until there are ``most`` bytes; return how many they are."""
    written = count = 0
    with file.open("w", encoding="utf-8") as lines:
        for fields in documents:
            if written >= most:
                break
            line = json.dumps(fields, ensure_ascii=False) + "\n"
            written += len(line.encode())
            count += 1
            lines.write(line)
    return count


def drawn(corpora: Path, seed: int = 0) -> Iterator[Fields]:
    """Yield documents of random sentences without end, Bashkir and Russian in turn."""
    chosen = random.Random(seed)  # noqa: S311 - not for secrets
    news = corpora / "bashinform" / "articles.train.jsonl"
    with news.open(encoding="utf-8") as lines:
        russian = [json.loads(line)["body_ru"] for line in lines]
    bashkir = [fields["text"] for fields in press(corpora)]
    pools = [_sentences(texts, chosen) for texts in (bashkir, russian)]
    number = 0
    while True:
        text = " ".join(chosen.choices(pools[number % 2], k=_SENTENCES))
        yield {"id": f"drawn-{number}", "text": text}
        number += 1


def _sentences(texts: list[str], chosen: random.Random) -> list[str]:
    chosen.shuffle(texts)
    found: list[str] = []
    for text in texts:
        found += [span.of(text) for span in sentence_spans(text)]
        if len(found) >= _POOL:
            break
    return found
