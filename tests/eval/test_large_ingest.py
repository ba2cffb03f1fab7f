"""The large ingest: what is drawn for it, how it is watched, what is made of the samples."""

import json
import math
import subprocess
from itertools import islice
from pathlib import Path

import pytest

from eval.bench import watched_ingest
from eval.bench.bare_engine import BareEngine
from eval.bench.growth import megabytes_an_hour
from eval.bench.press import drawn, write_lines
from eval.bench.streaming import streamed
from eval.bench.watched_ingest import Sample, figures_of, watched
from index.job_records import JobRecord
from index.settings import IndexSettings
from tests.fakes import FakeEmbedder


def test_the_slope_leaves_out_the_first_tenth() -> None:
    moments = [float(n) for n in range(100)]
    sizes = [0.0] * 10 + [100 + n / 60 for n in range(10, 100)]  # a megabyte a minute

    assert megabytes_an_hour(moments, sizes) == pytest.approx(60)
    assert math.isnan(megabytes_an_hour([1.0], [5.0]))


def test_time_and_memory_are_told_by_phase() -> None:
    samples = [Sample(0, 0, 100, "reading"), Sample(2, 1, 110, "reading")]
    samples += [Sample(2 + n, 1 + 2 * n, 400, "embedding") for n in range(1, 121)]
    samples += [Sample(132, 251, 700, "publishing")]

    figures = figures_of(samples, cores=2)

    assert figures["phases"]["reading"] == {"seconds": 2, "cpu_use": 0.25}
    assert figures["phases"]["embedding"] == {"seconds": 120, "cpu_use": 1.0}
    assert figures["phases"]["publishing"] == {"seconds": 10, "cpu_use": 0.5}
    assert figures["cpu_use"] == round(251 / 132 / 2, 3)
    assert figures["memory"]["peak_megabytes"] == 700
    assert figures["memory"]["peak_of_embedding"] == 400
    assert figures["memory"]["slope_megabytes_per_hour"] == pytest.approx(0, abs=0.1)


def test_what_fills_at_first_is_told_from_what_grows_without_end() -> None:
    samples = [Sample(n, n, 400 + min(n, 60), "embedding") for n in range(121)]

    memory = figures_of(samples, cores=1)["memory"]

    assert memory["slope_megabytes_per_hour"] > 100
    assert memory["slope_of_last_third"] == pytest.approx(0, abs=0.1)


def test_an_ingest_that_fails_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = tmp_path / "yauap"
    command.write_text("#!/bin/sh\necho broken >&2\nexit 3\n")
    command.chmod(0o755)
    monkeypatch.setattr(watched_ingest, "yauap", lambda: str(command))
    lines = tmp_path / "lines.jsonl"
    lines.touch()

    with pytest.raises(subprocess.CalledProcessError) as raised:
        watched(lines, tmp_path / "data", lambda: None, 1, lambda job: None)

    assert (raised.value.returncode, raised.value.stderr) == (3, b"broken\n")


def test_an_ingest_is_watched_to_its_end(tmp_path: Path, real_embedder: object) -> None:
    lines = tmp_path / "lines.jsonl"
    lines.write_text(json.dumps({"id": "a", "text": "Өфө ҡалаһы. " * 200}) + "\n", "utf-8")
    seen: list[JobRecord] = []

    samples = watched(lines, tmp_path / "data", lambda: None, 0, seen.append)

    assert samples[-1].phase == "publishing"
    assert samples[-1].cpu_seconds > 0.5  # Python itself takes as much to import what it needs
    assert all(one.megabytes > 0 for one in samples)
    assert [one.seconds for one in samples] == sorted(one.seconds for one in samples)


def test_the_bare_engine_encodes_chunks_of_the_documents() -> None:
    embedder = FakeEmbedder()
    documents = [{"id": str(n), "text": f"Өфө ҡалаһы {n}. " * 30} for n in range(20)]

    bare = BareEngine(embedder, documents, 32, 0.01)
    first = bare.measure()

    assert bare.tokens_per_second == [first]
    assert all(max(embedder.count_tokens([text])) <= 32 for text in embedder.embedded)
    assert bare.tokens_per_character == pytest.approx(
        embedder.count_tokens([documents[0]["text"]])[0] / len(documents[0]["text"]), rel=0.1
    )
    assert bare.documents_of(1e9, documents) == 20
    assert bare.documents_of(0, documents) == 1


def test_json_lines_are_chunked_without_being_embedded(tmp_path: Path) -> None:
    lines = tmp_path / "lines.jsonl"
    documents = [{"id": str(n), "text": f"Өфө ҡалаһы {n}. " * 300} for n in range(5)]
    assert write_lines(documents, lines, 1e9) == 5

    figures = streamed(lines, IndexSettings(data_dir=tmp_path / "data"))

    assert (figures["documents"], figures["failed"]) == (5, 0)
    assert figures["chunks"] > 10
    assert figures["read"]["megabytes_per_second"] > 0


def test_drawn_documents_are_the_same_again_and_end_at_the_size_wanted(
    corpora: Path, tmp_path: Path
) -> None:
    some = list(islice(drawn(corpora), 40))

    assert some == list(islice(drawn(corpora), 40))
    assert len({one["id"] for one in some}) == 40
    count = write_lines(some, tmp_path / "lines.jsonl", 50_000)
    assert 1 < count < 40
    assert (tmp_path / "lines.jsonl").stat().st_size >= 50_000
