"""The words of the Bashkir press, counted: of the press corpus and the train articles."""

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

_WORD = re.compile(r"[^\W\d_]+")


def count_words(corpora: Path) -> Counter[str]:
    """Return how often each word stands there, in lower case and full letters."""
    return Counter(word for text in _texts(corpora) for word in _WORD.findall(text.lower()))


def _texts(corpora: Path) -> Iterator[str]:
    with gzip.open(
        corpora / "bashkir_corpus" / "documents.jsonl.gz", "rt", encoding="utf-8"
    ) as file:
        for line in file:
            document = json.loads(line)
            if document["lang"] == "ba":
                yield document["text"]
    with (corpora / "bashinform" / "articles.train.jsonl").open(encoding="utf-8") as file:
        for line in file:
            article = json.loads(line)
            yield f"{article['title_ba']}\n{article['body_ba']}"
