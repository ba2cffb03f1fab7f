"""The dense index of many chunks: approximate candidates, ranked exactly."""

from index.inverted.index import InvertedIndex

__all__ = ["InvertedIndex"]
