"""What the service says of itself."""

from importlib.metadata import version

from index.filters import Filters
from index.folder import DataFolder
from service.schemas import CountsOut, InfoOut, LimitsOut, ModelOut
from service.settings import ServiceSettings


def information(
    folder: DataFolder, settings: ServiceSettings, within: Filters | None = None
) -> InfoOut:
    """Return which model and index answer, how much the caller may see of it, and the limits."""
    census = folder.library.census(within or Filters())
    spec = folder.embedder.spec
    return InfoOut(
        version=version("yauap"),
        embedding_model=ModelOut(name=spec.name, revision=spec.revision),
        index_version=folder.index.version(),
        counts=CountsOut(
            documents=census.documents,
            chunks=census.chunks,
            by_language=census.by_language,
            by_source=census.by_source,
        ),
        limits=LimitsOut(
            body_bytes=settings.max_body_bytes,
            document_bytes=settings.max_document_bytes,
        ),
    )
