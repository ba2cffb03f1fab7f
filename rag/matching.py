"""How the tokens of a question meet those of a sentence, which two vectors alone do not tell.

Each token of the question is compared with the nearest one of the sentence: late interaction,
Khattab and Zaharia, "ColBERT", 2020, arXiv:2004.12832. The sentence of a document that meets most
of the question often only tells again what the question takes for granted; what that one leaves
open is what is asked for, and the sentence that answers meets it.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.embedding.protocol import FloatMatrix

_OF_EACH = (
    "match",  # mean over the question's tokens
    "telling_match",  # where a token counts the more the more the sentences differ in it
    "match_back",  # mean over the sentence's tokens
    "open_match",  # of what the best matching sentence of the document leaves open
    "open_match_gained",  # that, beyond what the best matching one has of it
    "behind_best_match",  # how much less it matches than the best matching one of the document
    "best_match",  # is that one
    "new_share",  # share of its tokens that meet none of the question's
)
MATCHES = (*_OF_EACH, *(f"relative_{name}" for name in _OF_EACH))  # z-scores among the sentences
_MET = 0.45  # cosine from which on two tokens meet
_ALWAYS_OPEN = 0.02


def match_features(
    question: FloatMatrix, sentences: Sequence[FloatMatrix], documents: Sequence[str]
) -> NDArray[np.float64]:
    """Return the MATCHES of sentences, shape (n, len(MATCHES)).

    ``question`` and each of ``sentences`` are vectors of tokens (tokens, dimension), at least one;
    ``documents`` says of each sentence where it stands. All tokens are taken from the mean of the
    sentences', which has what all of them have in common.
    """
    mean = np.concatenate(sentences).mean(axis=0, dtype=np.float32)
    asked = _unit(question - mean)
    near = [asked @ _unit(tokens - mean).T for tokens in sentences]
    met = np.stack([one.max(axis=1) for one in near])  # (n, tokens of the question)
    back = [one.max(axis=0) for one in near]
    match = met.mean(axis=1)
    spread = met.std(axis=0) + 1e-9
    each = np.stack(
        [
            match,
            met @ (spread / spread.sum()),
            [one.mean() for one in back],
            *_left_open(met, match, documents),
            [(one < _MET).mean() for one in back],
        ],
        axis=1,
    )
    return np.hstack([each, *(standardised(values)[:, None] for values in each.T)])


def standardised(values: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return z-scores; all 0 where the values hardly differ."""
    deviation = float(values.std()) if len(values) else 0.0
    return (values - values.mean()) / deviation if deviation > 1e-6 else np.zeros_like(values)


def _left_open(
    met: FloatMatrix, match: FloatMatrix, documents: Sequence[str]
) -> NDArray[np.float64]:
    """Return open_match, open_match_gained, behind_best_match and best_match, shape (4, n)."""
    of = np.array(documents)
    features = np.zeros((4, len(met)))
    for document in dict.fromkeys(documents):
        (own,) = np.nonzero(of == document)
        best = own[np.argmax(match[own])]
        left = np.clip(1 - met[best], _ALWAYS_OPEN, None)
        weights = left / left.sum()
        features[0, own] = met[own] @ weights
        features[1, own] = (met[own] - met[best]) @ weights
        features[2, own] = match[best] - match[own]
        features[3, best] = 1
    return features


def _unit(vectors: FloatMatrix) -> FloatMatrix:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-6), np.float32)
