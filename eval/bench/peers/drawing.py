"""The part of the mixed corpus that is measured with: drawn, and the same for the same numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from eval.bench.peers.protocol import Text
from eval.corpora import LANGUAGES, fingerprint, version_id
from eval.headlines import Headline, HeadlineBenchmark

SEED = 0


@dataclass(frozen=True, slots=True)
class Drawn:
    """Documents of both languages in one index, and the headlines to find them by."""

    texts: Sequence[Text]
    headlines: Sequence[Headline]
    corpus: str

    @property
    def searches(self) -> list[tuple[Headline, str]]:
        """Every headline with every language that its body is looked for in."""
        return [(headline, language) for headline in self.headlines for language in LANGUAGES]

    @property
    def queries(self) -> list[tuple[str, str]]:
        """The same as (text, language)."""
        return [(headline.text, language) for headline, language in self.searches]


def draw(benchmark: HeadlineBenchmark, documents: int, articles: int) -> Drawn:
    """Return ``documents``, bodies before distractors, and the headlines of ``articles``.

    The bodies of these articles are among the documents. Raises ValueError where there is no room
    for them.
    """
    if not 0 < 2 * articles <= documents:
        raise ValueError("there must be an article, and two documents for each article")
    ids = dict.fromkeys(headline.article for headline in benchmark.headlines)
    drawn = _shuffled(list(ids))
    bodies = [version_id(article, language) for article in drawn for language in LANGUAGES]
    others = _shuffled([name for name in benchmark.corpus if name not in set(bodies)])
    corpus = {name: benchmark.corpus[name] for name in [*bodies, *others][:documents]}
    texts = [Text(d.id, d.language or "", d.text) for d in corpus.values()]
    asked = set(drawn[:articles])
    headlines = [headline for headline in benchmark.headlines if headline.article in asked]
    return Drawn(texts, headlines, fingerprint(corpus))


def _shuffled(names: Sequence[str]) -> list[str]:
    order = np.random.default_rng(SEED).permutation(len(names))
    return [names[place] for place in order.tolist()]
