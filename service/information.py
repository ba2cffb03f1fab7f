"""What the service says of itself."""

import resource
import sys
from importlib.metadata import version
from pathlib import Path

from index.condition import condition
from index.filters import Filters
from index.folder import DataFolder
from service.schemas import ConditionOut, CountsOut, InfoOut, LimitsOut, ModelOut
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
        index=_condition(folder) if not within else None,
    )


def _condition(folder: DataFolder) -> ConditionOut:
    found = condition(folder.catalog, folder.snapshots)
    return ConditionOut(
        published_at=found.published_at,
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
