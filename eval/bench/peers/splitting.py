"""Texts as LangChain's passages, each with its document and language."""

from collections.abc import Sequence

from langchain_core.documents import Document
from langchain_text_splitters import RecursiveCharacterTextSplitter

from eval.bench.peers.protocol import CHARACTERS, OVERLAP, Text

Passages = list[Document]


def split(texts: Sequence[Text]) -> Passages:
    """Return passages of at most CHARACTERS."""
    splitter = RecursiveCharacterTextSplitter(chunk_size=CHARACTERS, chunk_overlap=OVERLAP)
    passages: Passages = splitter.create_documents(
        [text.text for text in texts],
        [{"document": text.id, "language": text.language} for text in texts],
    )
    return passages
