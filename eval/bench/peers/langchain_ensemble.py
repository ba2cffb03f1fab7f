"""LangChain's ensemble of FAISS and BM25, by reciprocal rank fusion, each with half the weight.

BM25 of LangChain has no filter: there is one for each language. Nor can it be saved: it is pickled,
as LangChain pickles the documents of FAISS itself.
"""

import pickle
import re
from collections.abc import Sequence

import Stemmer
from langchain_classic.retrievers import EnsembleRetriever
from langchain_community.retrievers import BM25Retriever

from eval.bench.peers.langchain_faiss import OverFaiss
from eval.bench.peers.protocol import PASSAGES, Text, best_documents
from eval.bench.peers.splitting import split

_BM25 = "bm25.pickle"
_WORD = re.compile(r"\w+")
_STEMMER = Stemmer.Stemmer("russian")


def stems(text: str) -> list[str]:
    """Return the words of ``text`` as Snowball cuts Russian ones; there is none for Bashkir."""
    words: list[str] = _STEMMER.stemWords(_WORD.findall(text.lower()))
    return words


class Ensemble(OverFaiss):
    """EnsembleRetriever, one for each language, over one FAISS index of both."""

    def build(self, texts: Sequence[Text]) -> None:
        """Embed passages, count their stems, write both indexes."""
        passages = split(texts)
        self._write(passages)
        lexical = {
            language: BM25Retriever.from_documents(
                [passage for passage in passages if passage.metadata["language"] == language],
                preprocess_func=stems,
                k=PASSAGES,
            )
            for language in sorted({text.language for text in texts})
        }
        (self._place.index / _BM25).write_bytes(pickle.dumps(lexical))

    def open(self) -> None:
        """Read both indexes."""
        super().open()
        pickled = (self._place.index / _BM25).read_bytes()
        lexical: dict[str, BM25Retriever] = pickle.loads(pickled)  # noqa: S301 - our own file
        self._retrievers = {
            language: EnsembleRetriever(
                retrievers=[bm25, self._store.as_retriever(search_kwargs=self._exact(language))],
                weights=[0.5, 0.5],
            )
            for language, bm25 in lexical.items()
        }

    def search(self, query: str, language: str) -> list[str]:
        """Return the best of both, by their ranks."""
        found = self._retrievers[language].invoke(query)
        return best_documents(passage.metadata["document"] for passage in found)

    def _exact(self, language: str) -> dict[str, object]:
        fetched = self._store.index.ntotal
        return {"k": PASSAGES, "filter": {"language": language}, "fetch_k": fetched}
