"""An index over a corpus to learn from, made where it is not there yet."""

from collections.abc import Iterable

from eval.corpora import document_fields
from index.documents import Document
from index.errors import SnapshotMismatch
from index.folder import DataFolder
from rag.settings import AnswerSettings


def index_corpus(settings: AnswerSettings, corpus: Iterable[Document]) -> DataFolder:
    """Return the data folder of ``settings`` with ``corpus`` in it; nothing is embedded twice."""
    data = DataFolder(settings)
    try:
        data.indexer.require_compatible()
    except SnapshotMismatch:
        data.indexer.rebuild(lambda done, total: None)
    fields = map(document_fields, corpus)
    data.indexer.run_until(data.jobs.accept(fields, settings.max_document_bytes))
    return data
