"""The dense index in Milvus: rows of one collection that are never changed, read by generation."""

from index.milvus.index import MilvusIndex
from index.milvus.server import Server
from index.milvus.store import MilvusStore, prefix

__all__ = ["MilvusIndex", "MilvusStore", "Server", "prefix"]
