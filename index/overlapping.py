"""Work in three steps, each done beside the other two: one batch is taken, made and written."""

from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

B = TypeVar("B")
M = TypeVar("M")


def overlapped(
    batches: Generator[B, None, None],
    make: Callable[[B, M | None], M],
    write: Callable[[B, M], None],
) -> Generator[B, None, None]:
    """Take batches one after another, make something of each and write it; yields what is written.

    ``make`` runs in the thread of the caller and is given, with a batch, what it made of the one
    before. Meanwhile a second thread writes that one and a third takes the next: when a batch is
    taken, the last two may not be written yet, and when something is made of it, the last one.
    Batches are written in their order. An error of any step is raised here, and nothing behind it
    is written.
    """
    made: M | None = None
    writing: Future[B] | None = None

    def written(batch: B, what: M) -> B:
        write(batch, what)
        return batch

    try:
        with (
            ThreadPoolExecutor(1, thread_name_prefix="take") as taker,
            ThreadPoolExecutor(1, thread_name_prefix="write") as writer,
        ):
            coming = taker.submit(next, batches, None)
            while (batch := coming.result()) is not None:
                coming = taker.submit(next, batches, None)
                made = make(batch, made)
                if writing is not None:
                    yield writing.result()
                writing = writer.submit(written, batch, made)
            if writing is not None:
                yield writing.result()
    finally:
        batches.close()
