"""Ray as the settings ask for it: with the real model, on loopback, and gone afterwards."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from index.errors import NoWorkers
from index.folder import DataFolder
from index.job_records import JobRecord
from index.readers import list_files, read_files
from index.settings import IndexSettings
from tests.conftest import SEEDS
from tests.fakes import FakeEmbedder, fake_folder
from tests.index.distributed.processes import children, ended, listening, of_ray, temporary
from tests.index.distributed.watched import (
    CHUNK_TOKENS,
    DOCUMENTS,
    Watched,
    assert_same,
    with_workers,
)


def test_the_bundled_model_gives_the_same_in_workers_and_nothing_of_ray_is_left(
    tmp_path: Path, seeds_folder: DataFolder
) -> None:
    folder = DataFolder(IndexSettings(data_dir=tmp_path, ray_workers=2))
    files = read_files(list_files([SEEDS]).files, folder.settings.reading_limits())
    job_id = folder.jobs.accept(files, folder.settings.max_document_bytes)
    before = temporary()
    addresses: set[str] = set()
    names: set[str] = set()

    def look(_: object) -> None:
        if temporary() != before:
            below = children()
            names.update(below.values())
            addresses.update(listening({os.getpid(), *below}))

    job = folder.indexer.run_until(job_id, look)

    assert (job.state, job.added) == ("succeeded", 3)
    assert_same(folder, seeds_folder, "Түңәрәк өҫтәл", "технопарк")
    assert any("raylet" in name for name in names)
    # Nowhere but on loopback; which of its processes already listened when it was looked varies.
    assert addresses
    assert addresses <= {"0100007F", "0000000000000000FFFF00000100007F"}
    assert of_ray(children()) == {}
    assert temporary() == before


def test_what_ends_the_driver_of_ray_costs_nothing_but_its_start(tmp_path: Path) -> None:
    """Ray ends its driver without an exception where it loses its own processes."""
    before = temporary()
    folder = with_workers(tmp_path / "data", Watched, tmp_path)
    job_id = folder.jobs.accept(DOCUMENTS, 10_000)
    seen: dict[int, str] = {}

    def kill(job: JobRecord) -> None:
        if job.staged and not seen:
            seen.update(of_ray(children()))
            os.kill(next(pid for pid, name in seen.items() if "driver" in name), signal.SIGKILL)

    with pytest.raises(NoWorkers, match="status -9"):
        folder.indexer.run_until(job_id, kill)

    assert 0 < folder.jobs.get(job_id).staged < len(DOCUMENTS)
    assert ended(seen)
    assert temporary() == before
    here = FakeEmbedder()
    job = fake_folder(tmp_path / "data", here, CHUNK_TOKENS).indexer.run_until(job_id)
    assert job.added == len(DOCUMENTS)
    assert 0 < len(here.embedded) < job.chunks  # not all over again


def test_nothing_of_ray_outlives_who_asked_for_it(tmp_path: Path) -> None:
    before = temporary()
    asker = subprocess.Popen([sys.executable, "-m", "tests.index.distributed.asker", str(tmp_path)])
    until = time.monotonic() + 120
    while not (tmp_path / "held").exists():
        assert time.monotonic() < until
        time.sleep(0.1)
    seen = of_ray(children(asker.pid))
    asker.kill()
    asker.wait()

    assert any("raylet" in name for name in seen.values())
    assert ended(seen)
    assert temporary() == before
