"""A run on disk: a folder with its configuration, its records and its figures.

    config.json     what was asked of which questions and documents, at which commit
    index.json      what the system says of its model and index
    records.jsonl   one question a line, judged; written as the run goes
    metrics.json    the figures, once all questions are done

A run that was cut short lacks the last, and can go on.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from eval.errors import RunMismatch
from eval.metrics import Metrics
from eval.records import Record
from eval.tasks import Options

_CONFIG = "config.json"
_INDEX = "index.json"
_RECORDS = "records.jsonl"
_METRICS = "metrics.json"
_Part = TypeVar("_Part")


@dataclass(frozen=True, slots=True)
class GoldFile:
    """A gold file as it was read."""

    name: str
    sha256: str
    questions: int


@dataclass(frozen=True, slots=True)
class Config:
    """What a run is of. ``corpus`` is the fingerprint of its documents."""

    created_at: str
    commit: str
    gold: Sequence[GoldFile]
    documents: int
    corpus: str
    options: Options

    @property
    def name(self) -> str:
        """The gold sets by name: «seeds», or «news+seeds»."""
        return "+".join(sorted(Path(file.name).stem for file in self.gold))


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run."""

    config: Config
    index: dict[str, Any]
    records: Sequence[Record]
    metrics: Metrics


_CONFIG_SHAPE = TypeAdapter(Config)
_INDEX_SHAPE = TypeAdapter(dict[str, Any])
_RECORD_SHAPE = TypeAdapter(Record)
_METRICS_SHAPE = TypeAdapter(Metrics)


class RunFolder:
    """The folder of one run, while it goes and after. Raises RunMismatch where it is damaged."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def open(self, config: Config, index: Mapping[str, Any]) -> list[Record]:
        """Begin the run, or go on with it; return what is already recorded.

        Raises RunMismatch where the folder holds a run of something else.
        """
        self._path.mkdir(parents=True, exist_ok=True)
        if not (self._path / _CONFIG).exists():
            ours = (_CONFIG, _INDEX)  # a run that was cut short before it began
            if any(not file.name.startswith(ours) for file in self._path.iterdir()):
                raise RunMismatch(f"the folder {self._path.name} is not empty and holds no run")
            self._write(_INDEX, _INDEX_SHAPE.dump_json(dict(index), indent=2))
            self._write(_CONFIG, _CONFIG_SHAPE.dump_json(config, indent=2))
            return []
        begun = self._read(_CONFIG, _CONFIG_SHAPE)
        if differences := _differences(begun, config):
            raise RunMismatch(
                f"the folder {self._path.name} holds a run with another {', '.join(differences)}; "
                "name a new folder"
            )
        version = self._read(_INDEX, _INDEX_SHAPE).get("index_version")
        if version != index.get("index_version"):
            raise RunMismatch("the index has changed since the run began; name a new folder")
        return self._recorded()

    def append(self, record: Record) -> None:
        """Add one record, durably."""
        with (self._path / _RECORDS).open("ab") as file:
            file.write(_RECORD_SHAPE.dump_json(record) + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def finish(self, metrics: Metrics) -> Run:
        """Write the figures and return the finished run."""
        self._write(_METRICS, _METRICS_SHAPE.dump_json(metrics, indent=2))
        return self.read()

    def config(self) -> Config:
        """Return what the run is of. Raises RunMismatch where none was begun."""
        return self._read(_CONFIG, _CONFIG_SHAPE)

    def read(self) -> Run:
        """Return the finished run. Raises RunMismatch where there is none."""
        return Run(
            self._read(_CONFIG, _CONFIG_SHAPE),
            self._read(_INDEX, _INDEX_SHAPE),
            self._records((self._path / _RECORDS).read_bytes()),
            self._read(_METRICS, _METRICS_SHAPE),
        )

    def _recorded(self) -> list[Record]:
        path = self._path / _RECORDS
        if not path.exists():
            return []
        content = path.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        if whole != content:  # cut short while it was written
            os.truncate(path, len(whole))
        return self._records(whole)

    def _records(self, content: bytes) -> list[Record]:
        return [
            self._parse(_RECORDS, _RECORD_SHAPE, line)
            for line in content.split(b"\n")
            if line.strip()
        ]

    def _write(self, name: str, data: bytes) -> None:
        beside = self._path / f"{name}.part"
        with beside.open("wb") as file:
            file.write(data + b"\n")
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._path / name)

    def _read(self, name: str, shape: TypeAdapter[_Part]) -> _Part:
        path = self._path / name
        if not path.exists():
            raise RunMismatch(f"the folder {self._path.name} holds no finished run: no {name}")
        return self._parse(name, shape, path.read_bytes())

    def _parse(self, name: str, shape: TypeAdapter[_Part], data: bytes) -> _Part:
        try:
            return shape.validate_json(data)
        except ValidationError as error:
            raise RunMismatch(f"{name} in the folder {self._path.name} is damaged") from error


def _differences(begun: Config, asked: Config) -> list[str]:
    parts = {field.name for field in fields(Config)} - {"created_at"}
    return sorted(part for part in parts if getattr(begun, part) != getattr(asked, part))
