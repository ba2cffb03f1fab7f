"""What weights make of drawn rankings."""

from collections.abc import Sequence

import numpy as np

from eval.fitting.fusion import Ranking
from rag.fusion import LANGUAGES, FusionWeights


def scores(
    ranking: Ranking, weights: FusionWeights
) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    of_ba, of_ru = (weights.fuse(ranking.features, ranking.asked, s) for s in LANGUAGES)
    return np.where(ranking.bashkir, of_ba, of_ru)


def first_is_right(rankings: Sequence[Ranking], weights: FusionWeights) -> float:
    firsts = [int(r.targets[np.argmax(scores(r, weights))]) in r.right for r in rankings]
    return float(np.mean(firsts))
