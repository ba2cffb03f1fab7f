"""Which recipe is best: vectors alone on a part of the dev articles, while they are screened.

Each language's mean is taken away, as the index does: of headlines, and of passages.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from eval.adaptation.dense import Passages, centred, dense_scores
from eval.adaptation.encoder import Encoder
from eval.corpora import LANGUAGES, version_id
from eval.headlines import HeadlineBenchmark, typed_in_russian_letters
from index.chunking import chunk_text
from index.embedding.protocol import FloatMatrix

_ARTICLES, _OTHERS = 200, 250  # of each language: enough to choose by, in a minute
_CHUNKS = 2  # of a document: some of the press are long
_TOKENS = 192
_BATCH = 32


@dataclass(frozen=True, slots=True)
class Judge:
    """Headlines by language, and the passages (chunks) they should find, each of a document."""

    headlines: dict[str, Sequence[str]]
    passages: dict[str, Sequence[str]]
    owners: dict[str, Sequence[int]]

    def figures(self, encoder: Encoder) -> dict[str, float]:
        """Return the means of ``dense_scores``; «ba typed» is Bashkir on a Russian keyboard."""
        passages = {}
        for language in LANGUAGES:
            vectors = _vectors(encoder, "passage: ", self.passages[language])
            passages[language] = Passages(
                centred(vectors, vectors.mean(axis=0)), self.owners[language]
            )
        typed = [typed_in_russian_letters(text) for text in self.headlines["ba"]]
        asked = {
            name: _vectors(encoder, "query: ", texts)
            for name, texts in {**self.headlines, "ba typed": typed}.items()
        }
        queries = {
            name: centred(vectors, asked[name.split()[0]].mean(axis=0))
            for name, vectors in asked.items()
        }
        scores = dense_scores(queries, passages, range(len(typed)))
        return {name: round(float(one.mean()), 3) for name, one in scores.items()}


def make_judge(benchmark: HeadlineBenchmark, encoder: Encoder) -> Judge:
    """Return a judge over the first articles of ``benchmark`` and some of its other documents."""
    articles = list(dict.fromkeys(headline.article for headline in benchmark.headlines))[:_ARTICLES]
    known = set(articles)
    headlines: dict[str, Sequence[str]] = {}
    passages: dict[str, Sequence[str]] = {}
    owners: dict[str, Sequence[int]] = {}
    for language in LANGUAGES:
        headlines[language] = [
            h.text for h in benchmark.headlines if h.language == language and h.article in known
        ]
        own = [benchmark.corpus[version_id(article, language)].text for article in articles]
        others = [
            document.text
            for document in benchmark.corpus.values()
            if document.id.startswith("distractor") and document.language == language
        ][:_OTHERS]
        cut = [
            (chunk.span.of(text), at)
            for at, text in enumerate((*own, *others))
            for chunk in chunk_text(text, encoder.count_tokens, _TOKENS)[:_CHUNKS]
        ]
        passages[language], owners[language] = [text for text, _ in cut], [at for _, at in cut]
    return Judge(headlines, passages, owners)


def _vectors(encoder: Encoder, prefix: str, texts: Sequence[str]) -> FloatMatrix:
    order = sorted(range(len(texts)), key=lambda at: len(texts[at]))  # little padding
    with torch.no_grad():
        parts = [
            encoder([prefix + texts[at] for at in order[start : start + _BATCH]], _TOKENS + 8)
            for start in range(0, len(order), _BATCH)
        ]
    vectors: FloatMatrix = torch.cat(parts).numpy()
    return vectors[np.argsort(order)]
