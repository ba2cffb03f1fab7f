"""``python -m eval.stemming.learning CORPORA``: learn what the Bashkir stemmer chooses splits by.

The words of the press say which stems there are, gold forms what a suffix class weighs. At first a
stem is as good as the number of suffix chains that it is seen with; the weights fitted to that
split the words of the press, and how many of them a stem then wins makes its new level. The figures
printed are of held-out lemmas: weights are fitted to the other folds, levels know no gold stem.
"""

import argparse
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rich.console import Console

from eval.stemming.loglinear import Candidate, fit
from eval.stemming.measures import measure
from eval.stemming.paradigm import verbal_noun
from eval.stemming.press import count_words
from eval.stemming.tables import UNIMORPH, VERBS, Form, read_forms
from eval.stemming.verb_table import verb_stems
from index.text.analysis import fold
from index.text.bashkir import Levels, Stemmer, chains, normal, splits, stem_features
from index.text.bashkir_suffixes import BARE, NOUN, VERB, Chain

_WORDS = Path(__file__).parents[2] / "index" / "text" / "words"
_SEEN = 3  # how often a word stands in the press at least to count
_KEPT = 3  # how many words of the press a stem wins at least to be kept
_ROUNDS = 2
_FOLDS = 5
_HIGHEST_LEVEL = 9
_POSSESSION = {"first person's", "second person's", "third person's", "our", "your"}


@dataclass(frozen=True, slots=True)
class Gold:
    """A folded word and its stem; ``lemma`` keeps the forms of one word in one fold."""

    lemma: str
    word: str
    stem: str


def main() -> None:
    """Learn levels and weights, print figures of held-out folds, write both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpora", type=Path, help="the folder of corpora")
    corpora = parser.parse_args().corpora
    console = Console()
    counts: Counter[str] = Counter()
    for word, count in count_words(corpora).items():
        counts[fold(word)] += count
    words = sorted(word for word, count in counts.items() if count >= _SEEN)
    nouns, verbs = read_forms(corpora / UNIMORPH), read_forms(VERBS)
    gold = [*_of_nouns(nouns), *_of_verbs(verbs)]
    gold += _possessed({one.stem for one in gold[: len(nouns)]}, words)
    levels = _seen_with(words)
    for _ in range(_ROUNDS):
        levels = _won(Stemmer(_fitted(gold, levels), levels), words)
        console.print(f"{len(levels)} stems")
    _print_held_out(console, {"nouns": nouns, "verbs": verbs}, gold, levels)
    _write(_fitted(gold, levels), levels)


def _of_nouns(forms: Iterable[Form]) -> list[Gold]:
    return [Gold(one.lemma, _last(fold(one.word)), normal(_last(fold(one.lemma)))) for one in forms]


def _of_verbs(forms: Iterable[Form]) -> list[Gold]:
    stems = {verbal_noun(stem): normal(fold(stem)) for stem in verb_stems()}
    return [Gold(one.lemma, fold(one.word), stems[one.lemma]) for one in forms]


def _possessed(stems: set[str], words: Iterable[str]) -> list[Gold]:
    """Return words of the press that may be possessed forms of ``stems``, which UniMorph lacks.

    Short stems would let in other words, and «-ым» and «-ын» alone stand at the end of many stems.
    """
    found = []
    for word in words:
        for stem, letters, seam, restored in splits(word):
            if stem in stems and len(stem) >= 4 and len(letters) != 2 and not restored:
                chosen = [one for one in chains()[letters] if one.seams & seam]
                if any(_POSSESSION.intersection(one.classes) for one in chosen):
                    found.append(Gold(stem, word, stem))
                    break
    return found


def _last(word: str) -> str:
    return word[max(word.rfind("-"), word.rfind(" ")) + 1 :]


def _seen_with(words: Iterable[str]) -> Levels:
    """Return levels by how many chains of suffixes stems are seen with, likely or not."""
    seen: dict[tuple[str, int], set[tuple[str, ...]]] = defaultdict(set)
    for word in words:
        for stem, letters, seam, restored in splits(word):
            for one in chains()[letters]:
                if one.seams & seam and letters and not restored:
                    seen[stem, one.part].add(one.classes)
    return _levels({key: len(found) for key, found in seen.items()}, kept=2)


def _won(stemmer: Stemmer, words: Iterable[str]) -> Levels:
    levels = _levels(Counter(map(stemmer.best, words)), _KEPT)
    return {stem: both for stem, both in levels.items() if not _shortened(stem, levels)}


def _shortened(stem: str, levels: Levels) -> bool:
    """Return whether ``stem`` is a form of a better known stem that drops a vowel: «халкы»."""
    return any(
        restored and max(levels.get(whole, (0, 0))) >= max(levels[stem])
        for whole, _, _, restored in splits(stem)
    )


def _levels(counts: Mapping[tuple[str, int], int], kept: int) -> Levels:
    both: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for (stem, part), count in counts.items():
        both[stem][part == VERB] += count
    return {
        stem: (_level(noun), _level(verb))
        for stem, (noun, verb) in sorted(both.items())
        if noun + verb >= kept
    }


def _level(count: int) -> int:
    return min(_HIGHEST_LEVEL, round(math.log2(1 + count)))


def _fitted(gold: Iterable[Gold], levels: Levels) -> dict[str, float]:
    choices = []
    for one in gold:
        choice = _candidates(one, levels)
        right = sum(candidate.right for candidate in choice)
        if 0 < right < len(choice):
            choices.append(choice)
    return fit(choices, _feature_names())


def _candidates(gold: Gold, levels: Levels) -> list[Candidate]:
    return [
        Candidate(_features(stem, one, levels), stem == gold.stem)
        for stem, letters, seam, restored in splits(gold.word)
        for one in chains()[letters]
        if one.seams & seam and (not restored or stem in levels)
    ]


def _features(stem: str, chain: Chain, levels: Levels) -> list[tuple[str, float]]:
    return [*stem_features(stem, chain.part, levels), *((name, 1.0) for name in chain.classes)]


@cache
def _feature_names() -> list[str]:
    of_stems = {
        name
        for stem in ("ат", "аты", "аталар")
        for part in (NOUN, VERB, BARE)
        for levels in ({}, {stem: (1, 1)})
        for name, _ in stem_features(stem, part, levels)
    }
    of_chains = {name for found in chains().values() for one in found for name in one.classes}
    return sorted(of_stems | of_chains)


def _print_held_out(
    console: Console, tables: Mapping[str, list[Form]], gold: list[Gold], levels: Levels
) -> None:
    """Print how forms fare when no form of their lemma was fitted to."""
    lemmas = sorted({one.lemma for one in gold})
    fold_of = {lemma: place % _FOLDS for place, lemma in enumerate(lemmas)}
    stemmers = [
        Stemmer(_fitted([one for one in gold if fold_of[one.lemma] != held], levels), levels)
        for held in range(_FOLDS)
    ]
    for name, forms in tables.items():
        stems = {}
        for form in forms:
            word = fold(form.word)
            last = _last(word)
            stem = stemmers[fold_of[form.lemma]].best(last)[0]
            stems[word] = word[: len(word) - len(last)] + stem
        figures = measure(forms, fold, stems.__getitem__)
        console.print(name, figures)


def _write(weights: Mapping[str, float], levels: Levels) -> None:
    made = "# Learned by python -m eval.stemming.learning: {}.\n"
    suffixes = "".join(f"{name}\t{weight:.3f}\n" for name, weight in sorted(weights.items()))
    (_WORDS / "ba_suffixes.txt").write_text(
        made.format("weights of suffix classes and of what speaks for a stem") + suffixes,
        encoding="utf-8",
    )
    stems = "".join(f"{stem}\t{noun}{verb}\n" for stem, (noun, verb) in levels.items())
    (_WORDS / "ba_stems.txt").write_text(
        made.format("stems, their levels as nouns and as verbs") + stems, encoding="utf-8"
    )


if __name__ == "__main__":
    main()
