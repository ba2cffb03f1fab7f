"""Vectors of text: the protocol, the models behind it, and the one place that chooses."""

from index.embedding.protocol import Embedder, EmbedderSpec
from index.embedding.selection import open_embedder

__all__ = ["Embedder", "EmbedderSpec", "open_embedder"]
