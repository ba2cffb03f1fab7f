"""Haystack: the documents in memory, BM25 and vectors joined by reciprocal rank fusion."""

from collections.abc import Sequence

from haystack import Document, Pipeline
from haystack.components.joiners import DocumentJoiner
from haystack.components.preprocessors import RecursiveDocumentSplitter
from haystack.components.retrievers.in_memory import (
    InMemoryBM25Retriever,
    InMemoryEmbeddingRetriever,
)
from haystack.components.writers import DocumentWriter
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack.utils import ComponentDevice
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)

from eval.bench.peers.protocol import CHARACTERS, OVERLAP, PASSAGES, Place, Text, best_documents

_SEPARATORS = ["\n\n", "\n", r"\. ", " "]  # its default wants NLTK and a download for sentences


class InMemoryHybrid:
    """Two pipelines, one that indexes and one that searches."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._file = str(place.index / "store.json")

    def load(self) -> None:
        """Load the model."""
        self._store = InMemoryDocumentStore()
        embedder = SentenceTransformersDocumentEmbedder(
            model=str(self._place.model),
            device=ComponentDevice.from_str("cpu"),
            prefix="passage: ",
            normalize_embeddings=True,
            progress_bar=False,
            local_files_only=True,
        )
        self._indexing = Pipeline()
        self._indexing.add_component(
            "splitter",
            RecursiveDocumentSplitter(
                split_length=CHARACTERS,
                split_overlap=OVERLAP,
                split_unit="char",
                separators=_SEPARATORS,
            ),
        )
        self._indexing.add_component("embedder", embedder)
        self._indexing.add_component("writer", DocumentWriter(self._store))
        self._indexing.connect("splitter", "embedder")
        self._indexing.connect("embedder", "writer")
        self._indexing.warm_up()
        embedder.run([Document(content="яуап")])

    def build(self, texts: Sequence[Text]) -> None:
        """Embed passages and write the store as JSON, the only form it has on disk."""
        documents = [
            Document(content=text.text, meta={"document": text.id, "language": text.language})
            for text in texts
        ]
        self._indexing.run({"splitter": {"documents": documents}})
        self._store.save_to_disk(self._file)

    def open(self) -> None:
        """Read the store, which counts its words anew, and load the model."""
        store = InMemoryDocumentStore.load_from_disk(self._file)
        self._searching = Pipeline()
        self._searching.add_component(
            "embedder",
            SentenceTransformersTextEmbedder(
                model=str(self._place.model),
                device=ComponentDevice.from_str("cpu"),
                prefix="query: ",
                normalize_embeddings=True,
                progress_bar=False,
                local_files_only=True,
            ),
        )
        self._searching.add_component("dense", InMemoryEmbeddingRetriever(store, top_k=PASSAGES))
        self._searching.add_component("bm25", InMemoryBM25Retriever(store, top_k=PASSAGES))
        self._searching.add_component("joiner", DocumentJoiner("reciprocal_rank_fusion"))
        self._searching.connect("embedder.embedding", "dense.query_embedding")
        self._searching.connect("dense", "joiner")
        self._searching.connect("bm25", "joiner")
        self._searching.warm_up()

    def search(self, query: str, language: str) -> list[str]:
        """Return the best of both, by their ranks."""
        wanted = {"field": "meta.language", "operator": "==", "value": language}
        asked = {
            "embedder": {"text": query},
            "dense": {"filters": wanted},
            "bm25": {"query": query, "filters": wanted},
        }
        found = self._searching.run(asked)["joiner"]["documents"]
        return best_documents(passage.meta["document"] for passage in found)
