"""Every error that Yauap raises on purpose.

    YauapError
    ├── InvalidInput          what was given cannot be used; the caller can mend it
    │   ├── InvalidDocument   one document of a batch
    │   └── InvalidSetting    a setting or a command-line argument
    ├── NotFound              no such document, version or job
    │   └── Gone              it was there and is not any more
    ├── Conflict              the state of the data folder does not allow it now
    │   └── SnapshotMismatch  built with another model, chunker or analyser
    ├── Damaged               a file is not what was written
    └── Unavailable           something needed is missing or cannot be loaded
        ├── CannotWrite       the data folder has no room, is read-only, or is locked for long
        ├── Unreachable       the server that holds the vectors does not answer, or refuses
        └── NoWorkers         other processes were to do the work, and are not there

An error carries the key of its message and the values in it, so that each door can say it in the
reader's language; ``str(error)`` is the English sentence.
"""

import json

from index.messages import MessageLanguage, message


class YauapError(Exception):
    """The root of the tree. ``key`` names a message; ``values`` fill its placeholders."""

    def __init__(self, key: str, **values: object) -> None:
        self.key = key
        self.values = values
        super().__init__(key)

    def in_language(self, language: MessageLanguage) -> str:
        """Return the sentence for a person who reads ``language``."""
        return message(self.key, language, **self.values)

    def __str__(self) -> str:
        return self.in_language("en")


class InvalidInput(YauapError):
    """What was given cannot be used; the sentence says how to mend it."""


class InvalidDocument(InvalidInput):
    """One document of a batch cannot be used; the rest of the batch goes in."""

    def __init__(self, key: str, *, document: str | None = None, **values: object) -> None:
        super().__init__(key, **values)
        self.document = document

    @classmethod
    def because(cls, error: YauapError) -> "InvalidDocument":
        """Return an error that fails a document for what stopped its whole job."""
        failed = cls(error.key)
        failed.values = error.values
        return failed

    def to_json(self) -> str:
        """Return key and values as JSON, to be kept beside the failed item."""
        return json.dumps({"key": self.key, "values": self.values}, default=str)


class InvalidSetting(InvalidInput):
    """A setting or an argument is outside what is allowed."""


class NotFound(YauapError):
    """No such document, version or job."""


class Gone(NotFound):
    """It was there and is not any more."""


class Conflict(YauapError):
    """The state of the data folder does not allow it now."""


class SnapshotMismatch(Conflict):
    """The snapshot was built with another model, prefix, chunker or analyser."""


class Damaged(YauapError):
    """A file is not what was written."""


class Unavailable(YauapError):
    """Something needed is missing or cannot be loaded."""


class CannotWrite(Unavailable):
    """The data folder has no room, is read-only, or is locked by another process for too long."""


class Unreachable(Unavailable):
    """The server that holds the vectors does not answer, or refuses."""


class NoWorkers(Unavailable):
    """The processes that were to do the work could not be started, or all of them are gone."""
