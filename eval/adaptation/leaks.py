"""Nothing that is judged on may be learned from: texts that stand in both, or nearly."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from eval.corpora import LANGUAGES, Article

_WORDS = 4  # of a shingle
_TOO_MUCH = 0.3  # of the shingles of the shorter text
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Leak:
    """An article to learn from that is too near to a text that is judged on."""

    article: str
    judged: str
    share: float  # of shingles in common; 1 for equal headlines or ids


def leaks(learned: Iterable[Article], judged: Sequence[Article]) -> Iterator[Leak]:
    """Yield every article of ``learned`` that is, or nearly is, one of ``judged``.

    Equal ids and headlines count, and bodies of which the shorter shares three tenths of its runs
    of four words with the other: reprints, and bulletins that differ in their numbers alone.
    """
    holders: dict[int, set[int]] = defaultdict(set)
    sizes: list[int] = []
    owners: list[str] = []
    names: dict[str, str] = {}
    for article in judged:
        names[article.id] = article.id
        for language in LANGUAGES:
            names[_words(article.titles[language])] = article.id
            shingles = _shingles(article.bodies[language])
            for shingle in shingles:
                holders[shingle].add(len(sizes))
            sizes.append(len(shingles))
            owners.append(article.id)
    for article in learned:
        own = [article.id, *(_words(article.titles[language]) for language in LANGUAGES)]
        same = next((names[name] for name in own if name in names), None)
        if same is not None:
            yield Leak(article.id, same, 1.0)
            continue
        found = [_nearest(article.bodies[language], holders, sizes) for language in LANGUAGES]
        share, at = max(found)
        if share >= _TOO_MUCH:
            yield Leak(article.id, owners[at], round(share, 3))


def _nearest(text: str, holders: dict[int, set[int]], sizes: Sequence[int]) -> tuple[float, int]:
    shingles = _shingles(text)
    shared = Counter(at for shingle in shingles for at in holders.get(shingle, ()))
    shares = ((n / max(1, min(len(shingles), sizes[at])), at) for at, n in shared.items())
    return max(shares, default=(0.0, 0))


def _shingles(text: str) -> set[int]:
    words = _WORD.findall(text.lower())
    return {hash(tuple(words[at : at + _WORDS])) for at in range(len(words) - _WORDS + 1)}


def _words(text: str) -> str:
    return " ".join(_WORD.findall(text.lower()))
