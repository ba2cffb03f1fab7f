"""How well engines find bodies by headlines: nDCG@10 in four directions."""

from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.corpora import LANGUAGES, language_of
from eval.engines.corpus import analysed_chunks, query_terms
from eval.engines.protocol import Engine, Ids
from eval.headlines import Headline, HeadlineBenchmark, relevant
from eval.ranking import DEPTH, score_ranking
from eval.statistics import Bootstrap, Scores

# Ten documents stand among so many chunks unless one has dozens that match.
_CHUNKS = 200

Floats = NDArray[np.float64]
ByDirection = dict[str, Floats]
"""nDCG@10 of each headline, in the order of the benchmark, by direction as in «ba→ru»."""


class HeadlineTask:
    """A benchmark as chunks of terms; a document ranks by its best chunk."""

    def __init__(self, benchmark: HeadlineBenchmark) -> None:
        corpus = benchmark.corpus
        self.chunks = analysed_chunks((name, document.text) for name, document in corpus.items())
        self.headlines = benchmark.headlines
        self._terms = [query_terms(headline.text) for headline in self.headlines]
        spoken = {name: language_of(document) for name, document in corpus.items()}
        self._among: dict[str, Ids] = {
            language: np.array([c.id for c in self.chunks if spoken[c.document] == language])
            for language in LANGUAGES
        }

    def scores(self, engine: Engine) -> ByDirection:
        """Return how well ``engine``, built from the chunks and open, ranks in each direction."""
        return {
            f"{source}→{target}": np.array(
                [
                    self._score(engine, headline, terms, target)
                    for headline, terms in zip(self.headlines, self._terms, strict=True)
                    if headline.language == source
                ]
            )
            for source, target in product(LANGUAGES, LANGUAGES)
        }

    def articles(self, direction: str) -> list[str]:
        """Return the article of each headline of a direction."""
        return [h.article for h in self.headlines if h.language == direction.split("→")[0]]

    def _score(self, engine: Engine, headline: Headline, terms: list[str], target: str) -> float:
        found = engine.search(terms, _CHUNKS, self._among[target])
        documents = list(dict.fromkeys(self.chunks[place].document for place in found))
        return score_ranking(documents[:DEPTH], relevant(headline, [target]))["ndcg@10"]


def compared(task: HeadlineTask, scores: ByDirection, base: ByDirection) -> dict[str, Any]:
    """Return nDCG@10 of each direction and its paired difference to ``base``, with intervals."""
    described = {}
    for direction, values in scores.items():
        bootstrap = Bootstrap(task.articles(direction))
        ours, theirs = (Scores(v, np.ones(len(v))) for v in (values, base[direction]))
        change = bootstrap.difference(theirs, ours, len(scores)).difference
        described[direction] = {
            "ndcg@10": round(ours.figure(), 4),
            "difference": [round(v, 4) for v in (change.value, change.low, change.high)],
        }
    return described
