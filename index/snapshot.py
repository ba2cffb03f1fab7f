"""Snapshots: immutable folders that hold the dense and the lexical index of one moment.

A snapshot is written aside, synced, and moved to its name by one rename; it goes live when the
catalog names it, in the same transaction that makes its documents live. So no crash and no reader
can see documents of one moment with an index of another. Folders that the catalog does not name are
leftovers.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from index.arrays import Ids
from index.catalog import Catalog, get_state, now
from index.chunking import CHUNKER_VERSION
from index.durability import sync
from index.embedding.centring import Centring
from index.embedding.protocol import EmbedderSpec, FloatMatrix
from index.errors import CannotWrite, Damaged, SnapshotMismatch
from index.lexical import Entry, LexicalIndex, write_lexical
from index.text.analysis import ANALYSER_VERSION
from index.vector_store import Kind, StoredIndex, VectorStore, kind_of, known_kind
from index.vectors import VectorIndex

_MANIFEST = "manifest.json"
_FORMAT = 3


@dataclass(frozen=True, slots=True)
class BuildSpec:
    """Everything that decides whether a snapshot can be searched by this installation."""

    embedder: EmbedderSpec
    chunk_tokens: int
    centring: str = ""
    chunker: str = CHUNKER_VERSION
    analyser: str = ANALYSER_VERSION
    format: int = _FORMAT

    @property
    def of_chunks(self) -> dict[str, object]:
        """The parts that decide what the chunks of the catalog and their vectors are."""
        return {key: asdict(self)[key] for key in ("embedder", "chunk_tokens", "chunker")}

    def require(self, found: dict[str, object]) -> None:
        """Raise SnapshotMismatch unless ``found``, from a manifest, says the same."""
        _require(asdict(self), found)

    def require_chunks(self, found: dict[str, object]) -> None:
        """Raise SnapshotMismatch unless ``found`` says the same of the chunks."""
        _require(self.of_chunks, found)


def _require(expected: dict[str, object], found: dict[str, object]) -> None:
    different = [key for key in expected if found.get(key) != expected[key]]
    if different:
        raise SnapshotMismatch(
            "snapshot.mismatch",
            parts=", ".join(different),
            found=_short(found.get(different[0])),
            expected=_short(expected[different[0]]),
        )


def _short(value: object) -> str:
    if isinstance(value, dict):
        return " ".join(str(part) for part in value.values() if part)
    return str(value)


@dataclass(frozen=True, slots=True)
class Additions:
    """Chunks that are new in a snapshot, by id, and their vectors (n, dimension) from the model."""

    entries: list[Entry]
    vectors: FloatMatrix

    @property
    def ids(self) -> Ids:
        """The ids of the chunks, shape (n,)."""
        return np.array([entry.id for entry in self.entries], np.int64)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An open snapshot; its files stay readable for as long as it is held."""

    name: str
    created_at: str
    vectors: VectorIndex
    lexical: LexicalIndex


class Snapshots:
    """The snapshots of one data folder."""

    def __init__(
        self, data_dir: Path, build: BuildSpec, centring: Centring, store: VectorStore
    ) -> None:
        """``store`` is where the vectors of a snapshot that is written lie."""
        self._folder = data_dir / "snapshots"
        self._centring = centring
        self._store = store
        self.build = build

    def open(self, name: str) -> Snapshot:
        """Open a published snapshot.

        Raises SnapshotMismatch where it was built in another way or its vectors lie elsewhere,
        Damaged where it cannot be read, Unreachable where its vectors are not within reach, and
        FileNotFoundError where it was replaced and removed meanwhile.
        """
        folder = self._folder / name
        manifest = _manifest(folder)
        self.build.require(manifest["build"])
        return Snapshot(
            name=name,
            created_at=str(manifest["created_at"]),
            vectors=self._store.open(folder, _kind(manifest)),
            lexical=LexicalIndex(folder),
        )

    def created_at(self, name: str) -> str:
        """Return when a snapshot was made. Raises Damaged where that cannot be read."""
        try:
            return str(_manifest(self._folder / name)["created_at"])
        except FileNotFoundError as error:
            raise Damaged("snapshot.missing", name=name) from error

    def kind(self, name: str) -> Kind:
        """Return which kind of index holds the vectors. Raises Damaged where that is not said."""
        try:
            return _kind(_manifest(self._folder / name))
        except FileNotFoundError as error:
            raise Damaged("snapshot.missing", name=name) from error

    def is_elsewhere(self, name: str) -> bool:
        """Whether the vectors of a snapshot lie where this installation puts none any more."""
        return not self._store.holds(self.kind(name))

    def is_left_in_milvus(self, name: str) -> bool:
        """Whether the vectors of a snapshot are in a Milvus that is not used any more."""
        return self.kind(name) == "milvus" and self.is_elsewhere(name)

    def folder(self, name: str) -> Path:
        """Return where a snapshot lies."""
        return self._folder / name

    def require_compatible(self, name: str) -> None:
        """Raise SnapshotMismatch where the snapshot was built in another way."""
        self.build.require(_manifest(self._folder / name)["build"])

    def write(
        self,
        base: str | None,
        removed: Iterable[int],
        additions: Additions,
        moved: Mapping[int, str] | None = None,
    ) -> str:
        """Write a snapshot that is ``base`` without ``removed`` and with ``additions``.

        Where ``moved`` gives the languages of the chunks that stay, their vectors are carried to
        where vectors are put now. Returns the snapshot's name; it is complete and on disk, but
        nothing points to it yet. Raises CannotWrite where the disk does not take it, and
        Unreachable.
        """
        removed = list(removed)
        aside = self._folder / f".writing-{os.getpid()}"
        shutil.rmtree(aside, ignore_errors=True)
        try:
            aside.mkdir(parents=True)
            base_folder = None if base is None else self._folder / base
            vectors = self._changed(base_folder, removed, additions, moved)
            vectors.save(aside)
            write_lexical(aside, base_folder, removed, additions.entries)
            return self._seal(aside, base_folder, vectors)
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise CannotWrite("data.cannot_write", folder=self._folder.parent, why=why) from error
        finally:
            shutil.rmtree(aside, ignore_errors=True)

    def _changed(
        self,
        base: Path | None,
        removed: list[int],
        additions: Additions,
        moved: Mapping[int, str] | None,
    ) -> StoredIndex:
        languages = [entry.language for entry in additions.entries]
        added = self._centring.passages(additions.vectors, languages)
        if base is None:
            return self._store.build(additions.ids, added, languages)
        before = self._store.open(base, _kind(_manifest(base)))
        if moved is None:
            return self._store.updated(before, removed, additions.ids, added, languages)
        stay = ~np.isin(before.ids, removed)
        left, vectors = before.ids[stay], before.matrix()[stay]
        return self._store.build(
            np.concatenate([left, additions.ids]),
            np.concatenate([vectors, added.reshape(-1, vectors.shape[1])]),
            [*(moved[one] for one in left.tolist()), *languages],
        )

    def _seal(self, aside: Path, base: Path | None, vectors: StoredIndex) -> str:
        # What is shared with the snapshot before was found whole when that was built upon.
        known = {} if base is None else _by_file(base)
        files = {}
        for name in sorted(_files(aside)):
            same = known.get(_file_key(aside / name))
            files[name] = _described(aside / name) if same is None else same
        manifest = {
            "created_at": now(),
            "build": asdict(self.build),
            "chunks": len(vectors.ids),
            "vectors": kind_of(vectors),
            "files": files,
        }
        content = json.dumps(manifest, indent=1, ensure_ascii=False).encode()
        (aside / _MANIFEST).write_bytes(content)
        for path in (*aside.rglob("*"), aside):
            sync(path)
        # The name holds the manifest's hash, and the manifest those of the other files.
        name = f"{_next_number(self._folder):06d}-{hashlib.sha256(content).hexdigest()[:24]}"
        aside.rename(self._folder / name)
        sync(self._folder)
        return name

    def remove_all_but(self, kept: Iterable[str]) -> None:
        """Remove all of other snapshots and of writes that were cut short. Raises Unreachable."""
        names = set(kept)
        if self._folder.is_dir():
            for folder in self._folder.iterdir():
                if folder.name not in names:
                    shutil.rmtree(folder, ignore_errors=True)
        self._store.keep_only((self._folder / name, self.kind(name)) for name in names)

    def verify(self, name: str) -> list[str]:
        """Return what is wrong with a snapshot, a line each; nothing where all is well.

        Raises Unreachable where its vectors are not within reach.
        """
        folder = self._folder / name
        try:
            content = (folder / _MANIFEST).read_bytes()
            if hashlib.sha256(content).hexdigest()[:24] != name.partition("-")[2]:
                return [f"{name}/{_MANIFEST}: checksum"]
            manifest = json.loads(content)
            files = manifest["files"]
        except (OSError, ValueError) as error:
            return [f"{name}/{_MANIFEST}: {error}"]
        faults = []
        present = _files(folder) - {_MANIFEST}
        faults += [f"{name}/{extra}: unexpected file" for extra in sorted(present - set(files))]
        for file, described in files.items():
            if file not in present:
                faults.append(f"{name}/{file}: missing")
            elif _described(folder / file) != described:
                faults.append(f"{name}/{file}: checksum")
        return faults or self._store.faults(folder, _kind(manifest)) or self._unreadable(name)

    def _unreadable(self, name: str) -> list[str]:
        """Return what keeps a snapshot from being opened whose files are as they were written."""
        try:
            self.open(name)
        except Damaged as error:
            return [f"{name}: {error}"]
        except SnapshotMismatch:
            pass  # what reads it says so
        return []


_CHUNKLESS = """
SELECT id FROM documents d WHERE NOT deleted AND NOT EXISTS
    (SELECT 1 FROM chunks c WHERE c.document_id = d.id AND c.version = d.version)
"""


def verify_data(catalog: Catalog, snapshots: Snapshots) -> list[str]:
    """Check the catalog and the published snapshot, alone and against each other.

    Returns what is wrong, a line each; nothing where all is well.
    """
    faults = [f"catalog: {fault}" for fault in catalog.faults()]
    with catalog.reading() as connection:
        name = get_state(connection, "published")
        live = {
            int(row[0])
            for row in connection.execute(
                "SELECT c.id FROM chunks c JOIN documents d "
                "ON d.id = c.document_id AND d.version = c.version WHERE NOT d.deleted"
            )
        }
        deleted = {int(row[0]) for row in connection.execute("SELECT chunk_id FROM tombstones")}
        faults += [f"catalog: no chunks of {row[0]}" for row in connection.execute(_CHUNKLESS)]
    if name is None:
        return faults if not live else [*faults, "catalog: documents, but no published snapshot"]
    damaged = snapshots.verify(name)
    if not damaged and set(map(int, snapshots.open(name).vectors.ids)) - deleted != live:
        damaged = [f"{name}: holds other chunks than the catalog"]
    return faults + damaged


def _files(folder: Path) -> set[str]:
    """Return the files below ``folder`` by their paths in it."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        if isinstance(manifest["build"], dict):
            return manifest  # type: ignore[no-any-return] # checked as far as it is used
    except FileNotFoundError:
        raise
    except (OSError, ValueError, KeyError, TypeError):
        pass
    raise Damaged("snapshot.damaged", file=_MANIFEST)


def _kind(manifest: dict[str, Any]) -> Kind:
    return known_kind(manifest.get("vectors", "flat"))  # which was once the only one


def _by_file(folder: Path) -> dict[tuple[int, int], dict[str, object]]:
    """Return what the manifest of a snapshot says of its files, by what they are on the disk."""
    files = _manifest(folder)["files"]
    return {_file_key(folder / name): described for name, described in files.items()}


def _file_key(file: Path) -> tuple[int, int]:
    found = file.stat()
    return found.st_dev, found.st_ino


def _described(file: Path) -> dict[str, object]:
    with file.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return {"bytes": file.stat().st_size, "sha256": digest}


def _next_number(folder: Path) -> int:
    numbers = [part for path in folder.iterdir() if (part := path.name.partition("-")[0]).isdigit()]
    return max(map(int, numbers), default=0) + 1
