"""``python -m eval.languages.learn CORPORA``: learn ``index/text/words/ba_ru_ngrams.txt`` anew.

Logistic regression of Bashkir against Russian over the letter n-grams of short snippets, from one
half of the train articles; the other half is what ``python -m eval.languages`` measures on. A word
in capitals within the text, a name as a rule, counts half, as it does in the detector.
"""

import argparse
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

import index.text
from eval.corpora import read_articles
from eval.languages.snippets import WORD, Labelled, halves, sentences, snippets
from index.text.language import NAME_WEIGHT
from index.text.language_evidence import HUNDREDTHS, NGRAMS, ngrams

_SNIPPETS = 150_000
_WORDS = (1, 8)
_HELD_OUT = 20_000
_SEED = 0
_LEAST = 20  # snippets that an n-gram stands in
_KEPT = 12_000
_TARGET = Path(index.text.__path__[0]) / "words" / f"{NGRAMS}.txt"
_HEADER = """\
# Weights of letter n-grams in hundredths of log-odds, positive for Bashkir, negative for Russian.
# Learned by python -m eval.languages.learn from {count} snippets of train articles, seed {seed};
# alone they are right on {right:.1%} of snippets of 2 to 6 words of other articles.
"""


def main() -> None:
    """Learn the weights and write them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpora", type=Path, help="the folder that holds bashinform")
    arguments = parser.parse_args()
    with Console().status("learning …"):
        articles = read_articles(arguments.corpora / "bashinform" / "articles.train.jsonl")
        learned_from, others = (sentences(half, titles=True) for half in halves(articles))
        weights = learn(snippets(learned_from, _SNIPPETS, _WORDS, _SEED))
        right = _share_right(weights, snippets(others, _HELD_OUT, (2, 6), _SEED))
    rows = (f"{ngram}\t{weight}\n" for ngram, weight in sorted(weights.items()))
    header = _HEADER.format(seed=_SEED, count=_SNIPPETS, right=right)
    _TARGET.write_text(header + "".join(rows), encoding="utf-8")


def learn(examples: Sequence[Labelled]) -> dict[str, int]:
    """Return the weights of the n-grams that tell most, in hundredths of log-odds."""
    counts = [_counts(example.text) for example in examples]
    found_in = Counter(ngram for count in counts for ngram in count)
    columns = DictVectorizer()
    features = columns.fit_transform(
        {ngram: value for ngram, value in count.items() if found_in[ngram] >= _LEAST}
        for count in counts
    )
    # The solver takes no wider indices than these.
    features.indices, features.indptr = (
        part.astype(np.int32) for part in (features.indices, features.indptr)
    )
    bashkir = np.array([example.language == "ba" for example in examples])
    first = _fit(features, bashkir)
    telling = np.abs(first) * np.sqrt(np.asarray(features.multiply(features).sum(axis=0)).ravel())
    kept = np.sort(np.argsort(-telling, kind="stable")[:_KEPT])
    names = columns.get_feature_names_out()
    weights = np.rint(_fit(features[:, kept], bashkir) * HUNDREDTHS).astype(int)
    return {
        names[column]: int(weight)
        for column, weight in zip(kept, weights, strict=True)
        if weight != 0
    }


def _counts(text: str) -> dict[str, float]:
    counts: dict[str, float] = defaultdict(float)
    for place, word in enumerate(WORD.findall(text)):
        weight = NAME_WEIGHT if place and word[0].isupper() else 1.0
        for ngram in ngrams(word.casefold()):
            counts[ngram] += weight
    return counts


def _share_right(weights: dict[str, int], examples: Sequence[Labelled]) -> float:
    def is_bashkir(text: str) -> bool:
        counts = _counts(text)
        return sum(weights.get(ngram, 0) * value for ngram, value in counts.items()) > 0

    right = (is_bashkir(example.text) == (example.language == "ba") for example in examples)
    return sum(right) / len(examples)


def _fit(features: Any, bashkir: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return one weight a column. No intercept: no word tells nothing."""
    model = LogisticRegression(
        C=0.3, solver="liblinear", fit_intercept=False, tol=1e-3, random_state=_SEED
    )
    weights: NDArray[np.float64] = model.fit(features, bashkir).coef_[0]
    return weights


if __name__ == "__main__":
    main()
