"""The model as LangChain's embeddings.

``langchain-huggingface`` does the same, but asks for an older huggingface-hub than the rest of the
installation has.
"""

from pathlib import Path

from langchain_core.embeddings import Embeddings
from sentence_transformers import SentenceTransformer


class E5Embeddings(Embeddings):
    """A folder of sentence-transformers, with the prefixes that E5 was trained with."""

    def __init__(self, model: Path) -> None:
        self._model = SentenceTransformer(str(model), device="cpu", local_files_only=True)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return vectors of unit length of passages."""
        return self._encode([f"passage: {text}" for text in texts])

    def embed_query(self, text: str) -> list[float]:
        """Return the vector of unit length of a query."""
        return self._encode([f"query: {text}"])[0]

    def _encode(self, texts: list[str]) -> list[list[float]]:
        vectors = self._model.encode(texts, normalize_embeddings=True, show_progress_bar=False)
        rows: list[list[float]] = vectors.tolist()
        return rows
