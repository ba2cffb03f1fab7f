"""What the service says of itself."""

from importlib.metadata import version

from index.folder import DataFolder
from index.library import Census
from index.reader import Filters
from service.schemas import CountsOut, InfoOut, LimitsOut, ModelOut
from service.settings import ServiceSettings


def information(
    folder: DataFolder, settings: ServiceSettings, within: Filters | None = None
) -> InfoOut:
    """Return which model and index answer, how much the caller may see of it, and the limits."""
    return InfoOut(
        version=version("yauap"),
        embedding_model=model_out(folder),
        index_version=folder.index.version(),
        counts=counts_out(folder.library.census(within or Filters())),
        limits=LimitsOut(
            body_bytes=settings.max_body_bytes,
            document_bytes=settings.max_document_bytes,
        ),
    )


def model_out(folder: DataFolder) -> ModelOut:
    """Return the embedding model."""
    spec = folder.embedder.spec
    return ModelOut(name=spec.name, revision=spec.revision)


def counts_out(census: Census) -> CountsOut:
    """Return how much there is."""
    return CountsOut(
        documents=census.documents,
        chunks=census.chunks,
        by_language=census.by_language,
        by_source=census.by_source,
    )
