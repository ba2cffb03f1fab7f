"""The system of this process as the evaluation sees it: JSON objects in, JSON objects out."""

from collections.abc import Callable, Iterable
from typing import Any

from pydantic import ValidationError

from eval.corpora import document_fields
from eval.errors import SystemFailed
from index.documents import Document
from index.errors import SnapshotMismatch
from index.folder import DataFolder
from index.job_records import JobRecord
from rag.factory import make_pipeline
from service.asking import answer, results
from service.information import information
from service.schemas.asking import AskIn
from service.schemas.searching import SearchIn
from service.settings import ServiceSettings


class LocalSystem:
    """Answers from a data folder that holds one corpus, without a server."""

    def __init__(self, settings: ServiceSettings) -> None:
        self._settings = settings
        self._folder = DataFolder(settings)
        self._pipeline = make_pipeline(self._folder, settings)

    def hold(self, corpus: Iterable[Document], progress: Callable[[JobRecord], None]) -> None:
        """Index a corpus; what is in there already is not embedded again.

        An index that another version made is made anew. Raises SystemFailed where a document does
        not go in.
        """
        try:
            self._folder.indexer.require_compatible()
        except SnapshotMismatch:
            self._folder.indexer.rebuild(lambda done, total: None)
        fields = map(document_fields, corpus)
        job_id = self._folder.jobs.accept(fields, self._settings.max_document_bytes)
        job = self._folder.indexer.run_until(job_id, progress)
        if job.failed:
            raise SystemFailed(f"{job.errors[0].document}: {job.errors[0].reason('en')}")

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return the response of ``POST /v1/ask``."""
        try:
            body = AskIn.model_validate(request)
        except ValidationError as error:
            raise SystemFailed(str(error)) from error
        return answer(self._pipeline, body).model_dump(mode="json")

    def search(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return the response of ``POST /v1/search``; ``group_by`` stands in the request."""
        by_document = request.get("group_by") == "document"
        try:
            body = SearchIn.model_validate({k: v for k, v in request.items() if k != "group_by"})
        except ValidationError as error:
            raise SystemFailed(str(error)) from error
        return results(self._pipeline, body, by_document).model_dump(mode="json")

    def info(self) -> dict[str, Any]:
        """Return the response of ``GET /v1/info``."""
        return information(self._folder, self._settings).model_dump(mode="json")
