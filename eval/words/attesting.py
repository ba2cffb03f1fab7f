"""Which words of the Bashkir messages the Bashkir press never wrote: a native reader looks at them.

Many are right all the same: forms that news has no use for, and words of computing.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from index.messages import catalogue
from index.text.analysis import fold
from index.text.bashkir import stem

_PLACEHOLDER = re.compile(r"\{\w*\}")
_WORD = re.compile(r"(?<![\w-])[\u0400-\u052f]+(?![\w])")  # no ending of «YAUAP_MODEL-де»
_BEGINNING = 3  # letters
_COLUMNS = ("word", "attested with its stem", "messages")


@dataclass(frozen=True, slots=True)
class Unattested:
    """A word that is not attested, the commonest one that has its stem, and where it stands."""

    word: str
    relative: str
    keys: tuple[str, ...]


def words_of_messages() -> dict[str, list[str]]:
    """Return the words of the Bashkir messages in lower case, each with the keys it stands in."""
    found: dict[str, list[str]] = defaultdict(list)
    for key, text in catalogue("ba").items():
        for word in dict.fromkeys(_WORD.findall(_PLACEHOLDER.sub(" ", text).lower())):
            found[word].append(key)
    return dict(found)


def unattested(written: Mapping[str, list[str]], counts: Mapping[str, int]) -> list[Unattested]:
    """Return the words of which ``counts`` knows none, by word; those of one letter aside."""
    missing = {word for word in written if len(word) > 1 and not counts.get(word)}
    stems = {word: stem(fold(word)) for word in missing}
    beginnings = {word[:_BEGINNING] for word in missing}
    relatives: dict[str, tuple[int, str]] = {}
    for word, count in counts.items():
        if word[:_BEGINNING] in beginnings:  # to stem them all would take long
            of = stem(fold(word))
            relatives[of] = max(relatives.get(of, (0, "")), (count, word))
    return [
        Unattested(word, relatives.get(stems[word], (0, ""))[1], tuple(written[word]))
        for word in sorted(missing)
    ]


def as_table(words: list[Unattested]) -> str:
    """Return the words as tab-separated values with a line of names."""
    return "".join("\t".join(row) + "\n" for row in _rows(words))


def _rows(words: list[Unattested]) -> Iterator[tuple[str, ...]]:
    yield _COLUMNS
    for one in words:
        yield one.word, one.relative or "—", " ".join(one.keys)
