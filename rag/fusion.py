"""Fusion: one score of a passage from its nearness, its words, and what stands around it.

Around it: the nearness of the document's first passage, which often sums it up, and the words of
the whole document. A weighted sum, with weights for each pair of the question's and the passage's
language, learned by ``eval/fitting`` as a ranking over the passages of both languages together
(softmax over candidates; Cao et al., "Learning to rank: from pairwise approach to listwise
approach", 2007). So scores of passages in different languages can be compared. Reciprocal rank
fusion and sums of z-scores lost (ARCHITECTURE.md has the figures).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

FUSED = ("dense", "lead", "chunk", "document")
LANGUAGES = ("ba", "ru")


@dataclass(frozen=True, slots=True)
class FusionWeights:
    """Weights (5,) of FUSED and a bias, by (language of the question, of the passage)."""

    by_pair: Mapping[tuple[str, str], NDArray[np.float64]]

    def fuse(self, features: NDArray[np.float32], asked: str, spoken: str) -> NDArray[np.float32]:
        """Return scores (n,) of passages in the language ``spoken`` with ``features`` (n, 4).

        A passage in neither language alone is weighed like one in the question's own.
        """
        weights = self.by_pair[asked, spoken if spoken in LANGUAGES else asked]
        return np.asarray(np.einsum("ij,j->i", features, weights[:-1]) + weights[-1], np.float32)


@cache
def load_fusion() -> FusionWeights:
    """Return the weights that come with this version."""
    raw = json.loads(files("rag").joinpath("fusion.json").read_text(encoding="utf-8"))
    return FusionWeights(
        {
            (asked, spoken): np.array([raw[f"{asked}→{spoken}"][name] for name in (*FUSED, "bias")])
            for asked in LANGUAGES
            for spoken in LANGUAGES
        }
    )
