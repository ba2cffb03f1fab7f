"""Yauap as parts of a LangChain chain: its retriever, and its embedding model."""

from pathlib import Path
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from index.embedding import Embedder, open_embedder
from index.folder import DataFolder
from index.settings import IndexSettings
from rag.factory import make_pipeline
from rag.pipeline import Pipeline
from rag.retrieval import Hit
from rag.settings import AnswerSettings


class YauapRetriever(BaseRetriever):
    """Finds passages in a data folder; ``top_k`` of them, best first.

    The content of a document is the passage; its metadata say where it stands: ``start`` and
    ``end`` count code points of that version's stored text.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    pipeline: Pipeline
    top_k: int = 8

    @classmethod
    def over(cls, data_dir: Path | str, top_k: int = 8) -> "YauapRetriever":
        """Return a retriever over a data folder, all else as the environment sets it."""
        settings = AnswerSettings(data_dir=Path(data_dir), llm_base_url="", llm_model="")
        return cls(pipeline=make_pipeline(DataFolder(settings), settings), top_k=top_k)

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        return [_document(hit) for hit in self.pipeline.search(query, self.top_k).hits]


class YauapEmbeddings(Embeddings):
    """The embedding model; ``embedder`` None: the one that the environment sets."""

    def __init__(self, embedder: Embedder | None = None) -> None:
        self._embedder = embedder or open_embedder(IndexSettings())

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return a vector of unit length for each text."""
        return [vector.tolist() for vector in self._embedder.embed_passages(texts)]

    def embed_query(self, text: str) -> list[float]:
        """Return the vector of unit length for a question."""
        vector: list[float] = self._embedder.embed_queries([text])[0].tolist()
        return vector


def _document(hit: Hit) -> Document:
    passage = hit.passage
    metadata: dict[str, Any] = {
        "document_id": passage.document_id,
        "document_version": passage.document_version,
        "title": passage.title,
        "url": passage.url,
        "language": passage.language,
        "published_at": passage.published_at,
        "start": passage.span.start,
        "end": passage.span.end,
        "score": hit.score,
    }
    return Document(id=str(passage.chunk_id), page_content=passage.text, metadata=metadata)
