"""Yauap itself: its index, and the pipeline that the service searches with."""

from collections.abc import Sequence

from eval.bench.peers.protocol import FOUND, Place, Text, best_documents
from eval.errors import SystemFailed
from index.filters import Filters
from index.folder import DataFolder
from rag.factory import make_pipeline
from rag.settings import AnswerSettings


class Yauap:
    """A data folder with the settings of the environment; the model is the one they name."""

    def __init__(self, place: Place) -> None:
        self._settings = AnswerSettings(data_dir=place.index)

    def load(self) -> None:
        """Load the model."""
        self._folder = DataFolder(self._settings)
        self._folder.embedder.embed_passages(["яуап"])

    def build(self, texts: Sequence[Text]) -> None:
        """Take documents in as a job. Raises SystemFailed where one does not go in."""
        fields = ({"id": t.id, "language": t.language, "text": t.text} for t in texts)
        queued = self._folder.jobs.accept(fields, self._settings.max_document_bytes)
        job = self._folder.indexer.run_until(queued)
        if job.failed:
            raise SystemFailed(f"{job.errors[0].document}: {job.errors[0].reason('en')}")

    def open(self) -> None:
        """Open the folder."""
        folder = DataFolder(self._settings)
        self._pipeline = make_pipeline(folder, self._settings)

    def search(self, query: str, language: str) -> list[str]:
        """Return the best documents."""
        found = self._pipeline.search(
            query, FOUND, filters=Filters(language=[language]), group_by_document=True
        )
        return best_documents(hit.passage.document_id for hit in found.hits)
