"""How well a stemmer joins the forms of a word and parts those of different words.

Pairs of forms are counted, as in Paice, "Method for evaluation of stemming algorithms based on
error counting", 1996: understemming is 1 − together, overstemming among words that look alike is
1 − apart.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import comb

import numpy as np

from eval.statistics import Bootstrap, Interval, Scores
from eval.stemming.tables import Form

ALIKE = 4
"""Forms that share so many first letters look alike."""

Stem = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares of pairs of forms, each from 0 to 1, with intervals.

    ``together`` is of pairs of one lemma, so that lemmas with many forms weigh more; their own
    shares averaged are ``together_by_lemma``. ``apart`` is of pairs of different lemmas that look
    alike. Lemmas are resampled; for ``apart`` groups of lemmas that look alike.
    """

    together: Interval
    together_by_lemma: Interval
    apart: Interval


def measure(forms: Iterable[Form], written: Stem, stem: Stem) -> Figures:
    """Measure ``stem`` on ``forms`` after ``written`` made lemma and form what a reader would type.

    Forms of a lemma that are written alike count once.
    """
    lemmas = defaultdict(set)
    for form in forms:
        lemmas[written(form.lemma)].add(written(form.word))
    stems = {word: stem(word) for words in lemmas.values() for word in words}
    met = {
        lemma: (_met(stems[word] for word in words), comb(len(words), 2))
        for lemma, words in lemmas.items()
        if len(words) > 1
    }
    by_lemma = {lemma: (same / pairs, 1) for lemma, (same, pairs) in met.items()}
    return Figures(_share(met), _share(by_lemma), _share(_apart(lemmas, stems)))


def _apart(lemmas: dict[str, set[str]], stems: dict[str, str]) -> dict[str, tuple[float, int]]:
    """Return by first letters how many pairs of different lemmas stay apart, and of how many."""
    alike = defaultdict(list)
    for lemma, words in lemmas.items():
        for word in words:
            alike[word[:ALIKE]].append((lemma, stems[word]))
    shares = {}
    for letters, group in alike.items():
        same_lemma = _met(lemma for lemma, _ in group)
        pairs = comb(len(group), 2) - same_lemma
        joined = _met(stem for _, stem in group) - _met(group)
        if pairs:
            shares[letters] = (float(pairs - joined), pairs)
    return shares


def _met(values: Iterable[object]) -> int:
    """Return how many pairs of ``values`` are equal."""
    return sum(comb(count, 2) for count in Counter(values).values())


def _share(shares: Mapping[str, tuple[float, int]]) -> Interval:
    parts, weights = np.array(list(shares.values()), np.float64).reshape(-1, 2).T
    return Bootstrap(list(shares)).interval(Scores(parts, weights))
