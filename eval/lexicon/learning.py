"""From pairs of sentences to the entries of the lexicon."""

import json
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.errors import InvalidGold, Problem
from eval.lexicon.alignment import align
from index.text.analysis import terms_of
from rag.lexicon import LEAST_PROBABILITY, MOST_TRANSLATIONS, Entry

STEPS = 6
# Expected links below which an entry is left out; fewer are enough for what may be two spellings of
# one name, which are often seen once.
_LEAST_LINKS = 1.0
_LEAST_LINKS_OF_SPELLINGS = 0.5


@dataclass(frozen=True, slots=True)
class SentencePair:
    """A sentence and its translation, as terms; ``article`` is where they stand."""

    article: str
    ba: Sequence[str]
    ru: Sequence[str]


def read_pairs(path: Path) -> Iterator[SentencePair]:
    """Read pairs of sentences {doc_id, ba, ru}. Raises InvalidGold where a line is none."""
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                row = json.loads(line)
                article, ba, ru = str(row["doc_id"]), str(row["ba"]), str(row["ru"])
            except (ValueError, KeyError, TypeError) as error:
                problem = Problem(path.name, number, "not a pair of sentences")
                raise InvalidGold([problem]) from error
            yield SentencePair(article, terms_of(ba), terms_of(ru))


def learn(
    pairs: Sequence[SentencePair], on_step: Callable[[], object] = lambda: None
) -> list[Entry]:
    """Return the entries that ``pairs`` teach, in the order of the terms.

    A probability is the expected number of links over the occurrences of the term it is given. Each
    entry is among the best MOST_TRANSLATIONS of one of its terms. Terms that are the same in both
    languages find each other anyway and get no entry; numbers need none.
    """
    numbers: tuple[dict[str, int], dict[str, int]] = ({}, {})
    sources, targets = (
        [[known.setdefault(term, len(known)) for term in side] for side in sides]
        for known, sides in zip(
            numbers, ((p.ba for p in pairs), (p.ru for p in pairs)), strict=True
        )
    )
    links = align(sources, targets, STEPS, on_step)
    bashkir, russian = (list(known) for known in numbers)
    times_ba = Counter(number for sentence in sources for number in sentence)
    times_ru = Counter(number for sentence in targets for number in sentence)
    entries = [
        # A term linked to one that stands twice in the other sentence has more links than places.
        Entry(
            bashkir[ba],
            russian[ru],
            min(1.0, count / times_ba[ba]),
            min(1.0, count / times_ru[ru]),
        )
        for ba, ru, count in zip(
            links.source.tolist(), links.target.tolist(), links.count.tolist(), strict=True
        )
        if count >= _least_links(bashkir[ba], russian[ru])
    ]
    best = _best(entries, lambda e: e.ba, lambda e: e.ru_given_ba)
    best |= _best(entries, lambda e: e.ru, lambda e: e.ba_given_ru)
    return sorted(best, key=lambda e: (e.ba, e.ru))


def _least_links(ba: str, ru: str) -> float:
    if ba == ru or ba[0].isdigit() or ru[0].isdigit():
        return math.inf
    return _LEAST_LINKS_OF_SPELLINGS if ba[0] == ru[0] else _LEAST_LINKS


def _best(
    entries: Iterable[Entry], term: Callable[[Entry], str], probability: Callable[[Entry], float]
) -> set[Entry]:
    by_term = defaultdict(list)
    for entry in entries:
        if probability(entry) >= LEAST_PROBABILITY:
            by_term[term(entry)].append(entry)
    return {
        entry
        for group in by_term.values()
        for entry in sorted(group, key=probability, reverse=True)[:MOST_TRANSLATIONS]
    }
