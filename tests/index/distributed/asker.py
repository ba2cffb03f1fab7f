"""``python -m tests.index.distributed.asker FOLDER``: has documents prepared, without an end."""

import sys
from functools import partial
from pathlib import Path

from index.distributed.workers import RayWorkers
from index.preparing import Given
from tests.index.distributed.watched import DOCUMENTS, Held, preparer_of


def main() -> None:
    """Ask a worker that holds on."""
    folder = Path(sys.argv[1])
    documents = [Given(str(one["title"]), str(one["text"])) for one in DOCUMENTS] * 100
    for _ in RayWorkers(2, "", partial(preparer_of, Held, folder)).prepare(documents):
        pass


if __name__ == "__main__":
    main()
