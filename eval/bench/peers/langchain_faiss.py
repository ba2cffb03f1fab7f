"""Naive LangChain: passages in FAISS, the nearest ones returned.

FAISS of LangChain filters after the search: of the nearest ``fetch_k`` passages, 20 unless told
otherwise, those that pass are left.
"""

from collections.abc import Sequence

from langchain_community.vectorstores import FAISS

from eval.bench.peers.langchain_embeddings import E5Embeddings
from eval.bench.peers.protocol import PASSAGES, Place, Text, best_documents
from eval.bench.peers.splitting import Passages, split


class OverFaiss:
    """A flat index of LangChain's FAISS, and its pickled documents."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def load(self) -> None:
        """Load the model."""
        self._embeddings = E5Embeddings(self._place.model)
        self._embeddings.embed_query("яуап")

    def build(self, texts: Sequence[Text]) -> None:
        """Embed passages and write the index."""
        self._write(split(texts))

    def open(self) -> None:
        """Read the index."""
        self._embeddings = E5Embeddings(self._place.model)
        self._store = FAISS.load_local(
            str(self._place.index), self._embeddings, allow_dangerous_deserialization=True
        )

    def _write(self, passages: Passages) -> None:
        FAISS.from_documents(passages, self._embeddings).save_local(str(self._place.index))


class DefaultFetch(OverFaiss):
    """As the library filters when nothing else is said."""

    def search(self, query: str, language: str) -> list[str]:
        """Return what is left of the 20 nearest passages."""
        return self._nearest(query, language, {})

    def _nearest(self, query: str, language: str, more: dict[str, int]) -> list[str]:
        found = self._store.similarity_search(
            query, k=PASSAGES, filter={"language": language}, **more
        )
        return best_documents(passage.metadata["document"] for passage in found)


class ExactFilter(DefaultFetch):
    """All passages are fetched before the filter, so that none of the language is lost."""

    def search(self, query: str, language: str) -> list[str]:
        """Return the nearest of all passages in ``language``."""
        return self._nearest(query, language, {"fetch_k": self._store.index.ntotal})
