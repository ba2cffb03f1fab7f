"""The process that parses what is not plain text, from its own side.

It reads requests from its input, each a JSON line and the bytes of a file, and writes JSON lines:
what it begins and ends, each document or why there is none, and an empty object behind the file.
"""

import io
import json
import math
import os
import resource
import signal
import sys
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from index.errors import InvalidDocument
from index.readers.archive import parts
from index.readers.formats import reader_of
from index.readers.limits import NO_MEMORY, Expansion, Limits
from index.readers.source import Fields, Source, Unreadable
from index.text.normalise import stored_text


def main() -> None:
    """Serve requests until the input ends."""
    settings = json.loads(sys.argv[1])
    limits = Limits(**settings["limits"])
    _limit_memory(limits.parse_memory_bytes)
    requests = sys.stdin.buffer
    # What a library prints must not be taken for an answer.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    while line := requests.readline():
        request = json.loads(line)
        try:
            data = requests.read(request["size"])
        except MemoryError:
            sys.exit(NO_MEMORY)
        source = Source(
            request["name"], io.BytesIO(data), limits, Expansion(limits), settings["columns"]
        )
        _serve(source, request["after"], answers)


def _serve(source: Source, after: int, answers: BinaryIO) -> None:
    for number, part in enumerate(parts(source), 1):
        if number <= after:
            continue
        name = part.document if isinstance(part, Unreadable) else part.name
        # Killed from outside it is sooner; but whoever would do that may be gone.
        signal.alarm(math.ceil(source.limits.parse_seconds) + 5)
        _tell(answers, {"begun": number, "name": stored_text(name)})
        for given in [part] if isinstance(part, Unreadable) else read_part(part):
            _tell(answers, _told(given))
        _tell(answers, {"ended": number})
    signal.alarm(0)
    _tell(answers, {})


def read_part(source: Source) -> Iterator[Fields | Unreadable]:
    """Yield the documents of one file that is no archive; a fault is an Unreadable."""
    limit = source.limits.document_bytes
    try:
        for given in reader_of(source.suffix)(source):
            if isinstance(given, dict) and len(given.get("text") or "") > limit:
                raise InvalidDocument("document.too_large", limit=limit)
            yield given
    except InvalidDocument as error:
        yield Unreadable(stored_text(source.name), error)
    except MemoryError:
        why = InvalidDocument("document.memory", limit=source.limits.parse_memory_bytes)
        yield Unreadable(stored_text(source.name), why)
    except Exception:  # the parsers of formats raise whatever a broken file leads them to
        yield Unreadable(stored_text(source.name), InvalidDocument("document.malformed"))


def _told(given: Fields | Unreadable) -> Mapping[str, Any]:
    if isinstance(given, Unreadable):
        error = given.error
        return {"unreadable": given.document, "key": error.key, "values": error.values}
    return {"fields": given}


def _tell(answers: BinaryIO, told: Mapping[str, Any]) -> None:
    answers.write(json.dumps(told).encode() + b"\n")
    answers.flush()


def _limit_memory(size: int) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (size, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
