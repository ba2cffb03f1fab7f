"""What the service says of itself."""

import resource
import sys
from importlib.metadata import version
from pathlib import Path

from index.condition import condition
from index.filters import Filters
from index.folder import DataFolder
from index.library import Census
from service.schemas.status import ConditionOut, CountsOut, InfoOut, LimitsOut, ModelOut
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
        index=_condition(folder) if not within else None,
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


def _condition(folder: DataFolder) -> ConditionOut:
    found = condition(folder.catalog, folder.snapshots)
    return ConditionOut(
        published_at=found.published_at,
        vectors=found.vectors,
        disk_bytes=found.disk_bytes,
        index_bytes=found.index_bytes,
        free_bytes=found.free_bytes,
        process_bytes=_resident(),
        compaction_due=found.compaction_due,
    )


def _resident() -> int:
    """Return how much memory this process has now; where that is not told, the most it had."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else 1024 * most
    return pages * resource.getpagesize()
