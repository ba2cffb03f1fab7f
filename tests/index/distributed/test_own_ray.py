"""Ray as the settings ask for it: with the real model, on loopback, and gone afterwards."""

import os
import signal
import subprocess
import tempfile
from pathlib import Path

from index.folder import DataFolder
from index.readers import list_files, read_files
from index.settings import IndexSettings
from tests.conftest import SEEDS
from tests.index.distributed.watched import assert_same


def children() -> dict[int, str]:
    """Processes below this one, by number, that have not ended."""
    told = subprocess.run(
        ["ps", "-eww", *"-o pid= -o ppid= -o stat= -o args=".split()],
        capture_output=True,
        text=True,
        check=True,
    )
    found = [line.split(None, 3) for line in told.stdout.splitlines()]
    below, names = {os.getpid()}, {}
    for _ in range(4):  # generations
        for pid, parent, state, name in found:
            if int(parent) in below and not state.startswith("Z") and not name.startswith("ps "):
                below.add(int(pid))
                names[int(pid)] = name
    return names


def listening(pids: set[int]) -> set[str]:
    """Addresses at which these processes listen."""
    own = {
        str(fd.readlink())
        for pid in pids
        for fd in Path(f"/proc/{pid}/fd").glob("*")
        if fd.is_symlink()
    }
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in own:
                found.add(fields[1].partition(":")[0])
    return found


def test_the_bundled_model_gives_the_same_in_workers_and_nothing_of_ray_is_left(
    tmp_path: Path, seeds_folder: DataFolder
) -> None:
    folder = DataFolder(IndexSettings(data_dir=tmp_path, ray_workers=2))
    files = read_files(list_files([SEEDS]).files, folder.settings.reading_limits())
    job_id = folder.jobs.accept(files, folder.settings.max_document_bytes)
    before = dict(os.environ), signal.getsignal(signal.SIGTERM), temporary()
    addresses: set[str] = set()
    names: set[str] = set()

    def look(_: object) -> None:
        if temporary() != before[2]:
            below = children()
            names.update(below.values())
            addresses.update(listening({os.getpid(), *below}))

    job = folder.indexer.run_until(job_id, look)

    assert (job.state, job.added) == ("succeeded", 3)
    assert_same(folder, seeds_folder, "Түңәрәк өҫтәл", "технопарк")
    assert any("raylet" in name for name in names)
    assert addresses == {"0100007F", "0000000000000000FFFF00000100007F"}  # loopback
    assert not [name for name in children().values() if "raylet" in name or "ray::" in name]
    assert (dict(os.environ), signal.getsignal(signal.SIGTERM), temporary()) == before


def temporary() -> set[Path]:
    return set(Path(tempfile.gettempdir()).glob("yauap-ray-*"))
