"""Workers as the settings ask for them."""

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from index.distributed.process import Task, prepared_elsewhere
from index.embedding import open_embedder
from index.errors import NoWorkers
from index.preparing import Given, Prepared, Preparer
from index.settings import IndexSettings

_CHARACTERS_OF_A_BLOCK = 50_000  # seconds of work: as much is done again for a worker that is lost
_CHARACTERS_OF_A_WORKER = 10_000_000  # a quarter of an hour of work, against seconds to start
_MOST_CHARACTERS = 200_000_000  # in memory at a time
# A block whose worker was lost is tried again; but one that ends every worker must have an end.
_SECONDS_WITHOUT_A_BLOCK = 3600.0


class RayWorkers:
    """Workers in processes of one core each, there while documents are prepared."""

    def __init__(self, workers: int, address: str, open_preparer: Callable[[], Preparer]) -> None:
        self._workers = workers
        self._address = address
        self._open_preparer = open_preparer

    @property
    def most_characters(self) -> int:
        """How much text they are given at a time."""
        return min(self._workers * _CHARACTERS_OF_A_WORKER, _MOST_CHARACTERS)

    def prepare(self, documents: Sequence[Given]) -> Generator[list[Prepared], None, None]:
        """Yield what becomes of the documents, some at a time, in their order."""
        if find_spec("ray") is None or find_spec("pyarrow") is None:
            raise NoWorkers("workers.not_installed")
        groups = grouped(documents, _CHARACTERS_OF_A_BLOCK)
        task = Task(self._workers, self._address, self._open_preparer, _SECONDS_WITHOUT_A_BLOCK)
        with closing(prepared_elsewhere(task, groups)) as parts:
            yield from parts


def grouped(documents: Sequence[Given], characters: int) -> Iterator[list[Given]]:
    """Yield the documents in groups of at most so many characters, or of one document."""
    group: list[Given] = []
    room = characters
    for document in documents:
        if group and len(document.text) > room:
            yield group
            group, room = [], characters
        group.append(document)
        room -= len(document.text)
    if group:
        yield group


def open_workers(settings: IndexSettings, made_by: str) -> RayWorkers | None:
    """Return the workers that ``settings`` ask for; None: everything is done in this process.

    ``made_by`` is that of the Preparer of this process, of which theirs must be no other.
    """
    if not settings.ray_workers:
        return None
    open_preparer = partial(open_preparer_there, _from_anywhere(settings), made_by)
    return RayWorkers(settings.ray_workers, settings.ray_address, open_preparer)


def open_preparer_there(settings: IndexSettings, made_by: str) -> Preparer:
    """Return a Preparer of a worker. Raises NoWorkers where another version is installed there."""
    preparer = Preparer(open_embedder(settings), settings.chunk_tokens)
    if preparer.made_by != made_by:
        raise NoWorkers("workers.differ")
    return preparer


def _from_anywhere(settings: IndexSettings) -> IndexSettings:
    """Return the settings with whole paths: a worker is at work in another folder."""
    model = Path(settings.model).expanduser()
    return settings.model_copy(
        update={
            "model_dir": settings.model_dir.expanduser().absolute(),
            "model": str(model.absolute()) if model.is_dir() else settings.model,
        }
    )
