"""txtai: vectors in FAISS, its own BM25, both scores added, the filter in SQL.

txtai filters after the search: of the best passages, ten times as many as asked for unless told
otherwise, those that pass are left. It does not split texts by size: LangChain does.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

from txtai import Embeddings

from eval.bench.peers.protocol import PASSAGES, Place, Text, best_documents
from eval.bench.peers.splitting import split

_E5 = {"query": "query: ", "data": "passage: "}


class Hybrid:
    """``hybrid=True``, and as many candidates of the filter as the library takes."""

    scoring: ClassVar[dict[str, Any]] = {"hybrid": True}
    similar = "similar(:query)"

    def __init__(self, place: Place) -> None:
        self._place = place

    def load(self) -> None:
        """Load the model."""
        self._index = Embeddings(
            path=str(self._place.model), content=True, instructions=_E5, gpu=False, **self.scoring
        )
        self._index.transform("яуап")

    def build(self, texts: Sequence[Text]) -> None:
        """Embed passages and write vectors, terms and a database."""
        self._index.index(
            (number, {"text": passage.page_content, **passage.metadata})
            for number, passage in enumerate(split(texts))
        )
        self._index.save(str(self._place.index))
        self._index.close()

    def open(self) -> None:
        """Read the index and the model that it names."""
        self._index = Embeddings()
        self._index.load(str(self._place.index))
        similar = self.similar.format(count=self._index.count())
        self._sql = (
            f"SELECT document FROM txtai WHERE {similar} AND language = :language LIMIT {PASSAGES}"
        )

    def search(self, query: str, language: str) -> list[str]:
        """Return the best by both scores."""
        parameters = {"query": query, "language": language}
        found = self._index.search(self._sql, PASSAGES, parameters=parameters)
        return best_documents(row["document"] for row in found)


class ExactFilter(Hybrid):
    """All passages are candidates of the filter, so that none of the language is lost."""

    similar = "similar(:query, {count})"


class Bayesian(ExactFilter):
    """The same with another fusion of the library: scores of BM25 as probabilities."""

    scoring: ClassVar[dict[str, Any]] = {
        "scoring": {"method": "bm25", "terms": True, "normalize": "bayes"}
    }
