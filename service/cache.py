"""Answers that were given a moment ago, for those who ask the same again.

An answer counts only as long as nothing was published or deleted since, and only for callers who
may see the same documents.
"""

import hashlib
import threading

from cachetools import LRUCache

from index.filters import Filters
from service.schemas.asking import AnswerOut, AskIn


class AnswerCache:
    """The answers asked for last, up to so many bytes of JSON; safe to share between threads."""

    def __init__(self, most_bytes: int) -> None:
        self._answers: LRUCache[bytes, bytes] = LRUCache(most_bytes, getsizeof=len)
        self._turn = threading.Lock()
        self._moment: tuple[str, int] | None = None

    def key(self, moment: tuple[str, int], body: AskIn, within: Filters) -> bytes:
        """Return a hash of what an answer hangs on: a history may be larger than its answer.

        The settings do not change while the service runs.
        """
        with self._turn:
            if moment != self._moment:  # no earlier answer counts any more
                self._answers.clear()
                self._moment = moment
        asked = body.model_dump_json(exclude={"stream"})
        return hashlib.sha256(repr((moment, asked, within)).encode()).digest()

    def get(self, key: bytes) -> AnswerOut | None:
        """Return the answer given under ``key``, None where it is not at hand."""
        with self._turn:
            found = self._answers.get(key)
        return None if found is None else AnswerOut.model_validate_json(found)

    def put(self, key: bytes, answer: AnswerOut) -> None:
        """Keep an answer, unless it is only a stand-in for what a language model would say."""
        if answer.generator.degraded:
            return
        written = answer.model_dump_json().encode()
        with self._turn:
            if len(written) <= self._answers.maxsize:
                self._answers[key] = written
