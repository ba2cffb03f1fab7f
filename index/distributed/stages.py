"""What runs on Ray: the functions of ``index/preparing.py`` as a stage over blocks of documents."""

import logging
from collections.abc import Callable, Generator, Iterable, Sequence
from functools import cached_property

import pyarrow as pa
import ray.data
from ray.data.exceptions import ExecutionTimeoutError
from ray.exceptions import RayError, RayTaskError

from index.distributed.blocks import given_of, given_table, prepared_of, prepared_table
from index.errors import NoWorkers, YauapError
from index.preparing import Given, Prepared, Preparer


class Preparing:
    """A worker: opens the model with its first block and keeps it."""

    def __init__(self, open_preparer: Callable[[], Preparer]) -> None:
        self._open = open_preparer

    @cached_property
    def _preparer(self) -> Preparer:
        return self._open()

    def __call__(self, block: pa.Table) -> pa.Table:
        """Chunk and embed the documents of a block."""
        return prepared_table(self._preparer.prepare(given_of(block)))


def prepared_by_workers(
    groups: Iterable[Sequence[Given]],
    workers: int,
    open_preparer: Callable[[], Preparer],
    seconds_without_a_block: float,
) -> Generator[list[Prepared], None, None]:
    """Yield what becomes of the documents, some at a time, in their order.

    A group is the work of one worker; where that worker is lost, another does the group again, and
    where none is done for so many seconds, all is given up.
    Raises NoWorkers, and what stopped a worker's own work.
    """
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)  # else its progress, at length
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    context.execution_no_progress_timeout_s = seconds_without_a_block
    context.raise_original_map_exception = True
    context.execution_options.preserve_order = True
    documents = ray.data.from_arrow([given_table(group) for group in groups])
    prepared = documents.map_batches(
        Preparing,
        fn_constructor_args=(open_preparer,),
        batch_size=None,  # a block as it is
        batch_format="pyarrow",
        compute=ray.data.ActorPoolStrategy(
            min_size=1, max_size=workers, initial_size=workers, max_tasks_in_flight_per_actor=2
        ),
        num_cpus=1,
    )
    try:
        for block in prepared.iter_batches(
            batch_size=None, batch_format="pyarrow", prefetch_batches=0
        ):
            yield prepared_of(block)
    except RayTaskError as error:
        if isinstance(error.cause, YauapError):
            raise error.cause from error
        raise
    except (RayError, ExecutionTimeoutError) as error:
        raise NoWorkers("workers.lost", why=str(error).strip().partition("\n")[0]) from error
