"""Objects in an S3-compatible bucket; obstore is imported here alone, where a bucket is set.

Endpoint, region and credentials come from the AWS_… variables that other programs read too, so that
no secret is a setting of ours or stands in an error.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from index.errors import Unavailable

_PART_BYTES = 16 << 20  # ten thousand parts are the most: objects of up to 160 GB
_CLIENT: Any = {
    "allow_http": True,  # where the endpoint says so
    "timeout": timedelta(hours=2),  # of a large object
    "read_timeout": timedelta(seconds=30),  # of one that does not come any more
}
_RETRY: Any = {"max_retries": 2, "retry_timeout": timedelta(seconds=10)}
_LONGEST_WHY = 200


class Bucket:
    """The objects below one address, ``s3://NAME/PREFIX``. All raise Unavailable."""

    def __init__(self, url: str) -> None:
        """Raise Unavailable where the package obstore is missing or the address is no bucket."""
        self._url = url
        try:
            import obstore
            from obstore.exceptions import BaseError
            from obstore.store import S3Store
        except ImportError as error:
            raise Unavailable("bucket.no_package") from error
        self._obstore, self._error = obstore, BaseError
        with self._failing():
            # Not every store that speaks S3 deletes several objects at a time.
            self._store = S3Store.from_url(
                url, client_options=_CLIENT, retry_config=_RETRY, disable_bulk_delete=True
            )

    def put(self, name: str, content: bytes | Path) -> None:
        """Store an object, which is there whole or not at all."""
        with self._failing():
            self._obstore.put(self._store, name, content, chunk_size=_PART_BYTES)

    def read(self, name: str, most_bytes: int) -> bytes | None:
        """Return the beginning of a small object, None where there is none."""
        with self._failing():
            try:
                found = self._obstore.get(self._store, name, options={"range": (0, most_bytes)})
                return bytes(found.bytes())
            except FileNotFoundError:
                return None

    def fetch(self, name: str, target: Path) -> None:
        """Write an object into a file."""
        with self._failing(), target.open("wb") as file:
            for part in self._obstore.get(self._store, name).stream():
                file.write(part)

    def names(self) -> list[str]:
        """Return the names of all objects."""
        with self._failing():
            return [str(each["path"]) for page in self._obstore.list(self._store) for each in page]

    def remove(self, names: Iterable[str]) -> None:
        """Remove objects."""
        with self._failing():
            for name in names:
                self._obstore.delete(self._store, name)

    @contextmanager
    def _failing(self) -> Iterator[None]:
        try:
            yield
        except (self._error, OSError, ValueError) as error:
            why = str(error).partition("\n")[0][:_LONGEST_WHY]
            raise Unavailable("bucket.failed", bucket=self._url, why=why) from None
