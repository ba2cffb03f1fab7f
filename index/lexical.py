"""The lexical index: the words of chunks, and of whole documents beside them.

The words of a question may stand scattered over a document of which no chunk holds them all.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from index.arrays import Ids, Scores
from index.postings.bags import Bag
from index.postings.bm25 import Alternatives
from index.term_index import TermIndex, writing
from index.text.analysis import terms_of
from index.text.language import Language


@dataclass(frozen=True, slots=True)
class Entry:
    """A chunk to be indexed; ``document`` is the id of its document's first chunk."""

    id: int
    document: int
    language: Language
    title: str
    text: str


class LexicalIndex:
    """Terms of chunks by chunk id; read-only and safe to share between threads."""

    FOLDERS = ("chunks", "documents")

    def __init__(self, folder: Path) -> None:
        """Open the index in ``folder``. Raises Damaged if it cannot be read."""
        self._chunks, self._documents = (TermIndex(folder / name) for name in self.FOLDERS)

    def search(
        self,
        asked: Sequence[Alternatives],
        count: int,
        among: Ids | None = None,
        without: Sequence[int] = (),
    ) -> Ids:
        """Return the ``count`` best chunks that hold any of ``asked`` (see TermIndex.search)."""
        return self._chunks.search(asked, count, among, without)[0]

    def scores(self, asked: Sequence[Alternatives], ids: Ids) -> tuple[Scores, Scores]:
        """Return the BM25 scores of chunks and of their documents, each of shape (n,)."""
        chunks, documents = self._chunks.scores(asked, ids)
        return chunks, self._documents.scores(asked, documents)[0]

    def weights(self, terms: Iterable[str]) -> dict[str, float]:
        """Return the inverse document frequency of each term among the chunks."""
        return self._chunks.weights(terms)

    def beginning_with(self, prefix: str) -> str:
        """Return the terms that begin with ``prefix``, one a line."""
        return self._chunks.beginning_with(prefix)


def write_lexical(
    folder: Path, base: Path | None, removed: Sequence[int], added: Iterable[Entry]
) -> None:
    """Write the index into ``folder``: that of ``base``, without ``removed``, with ``added``.

    All chunks of a document are added together, one after the other. Files of ``base`` that do not
    change are shared with it.
    """
    bases = [None if base is None else base / name for name in LexicalIndex.FOLDERS]
    targets = [folder / name for name in LexicalIndex.FOLDERS]
    with writing(targets[0], bases[0]) as chunks, writing(targets[1], bases[1]) as documents:
        chunks.remove(removed)
        documents.remove(removed)
        for document, entries in groupby(added, key=lambda entry: entry.document):
            whole: list[str] = []
            for entry in entries:
                title, text = (
                    terms_of(entry.title, entry.language),
                    terms_of(entry.text, entry.language),
                )
                whole += text if whole else title + text
                chunks.add(Bag(entry.id, document, title + text))
            documents.add(Bag(document, document, whole))
