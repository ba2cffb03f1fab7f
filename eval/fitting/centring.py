"""The mean vectors of questions and passages in each language, for ``index/embedding/centring.py``.

Headlines of the train articles stand for questions, chunks of their bodies for passages.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from eval.corpora import LANGUAGES, read_articles
from eval.provenance import commit
from index.chunking import chunk_text
from index.embedding import Embedder
from index.embedding.centring import Centring, save_centring

_HEADLINES, _BODIES = 2000, 300  # of each language: more change a mean by less than 1 %


def learn_centring(
    embedder: Embedder, articles: Path, chunk_tokens: int, progress: Callable[[str], None]
) -> None:
    """Learn the means of ``embedder`` and keep them in this checkout."""
    read = list(read_articles(articles))
    means = {}
    for language in LANGUAGES:
        progress(f"embedding headlines: {language}")
        headlines = [article.titles[language] for article in read[:_HEADLINES]]
        means[f"queries.{language}"] = embedder.embed_queries(headlines).mean(axis=0)
        progress(f"embedding passages: {language}")
        passages = [
            chunk.span.of(article.bodies[language])
            for article in read[-_BODIES:]
            for chunk in chunk_text(article.bodies[language], embedder.count_tokens, chunk_tokens)
        ]
        means[f"passages.{language}"] = embedder.embed_passages(passages).mean(axis=0)
    notes = {
        "made_by": "python -m eval.fitting",
        "commit": commit(),
        "learned_from": f"headlines and bodies of train articles: {_HEADLINES}, {_BODIES}",
    }
    save_centring(
        embedder.spec, Centring({k: v.astype(np.float32) for k, v in means.items()}), notes
    )
