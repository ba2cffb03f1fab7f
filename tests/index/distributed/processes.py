"""What of Ray runs and lies about on this machine."""

import os
import subprocess
import tempfile
import time
from pathlib import Path


def children(of: int | None = None) -> dict[int, str]:
    """Processes below this one, or that one, by number, that have not ended."""
    told = subprocess.run(
        ["ps", "-eww", *"-o pid= -o ppid= -o stat= -o args=".split()],
        capture_output=True,
        text=True,
        check=True,
    )
    found = [line.split(None, 3) for line in told.stdout.splitlines()]
    below, names = {of or os.getpid()}, {}
    for _ in range(5):  # generations
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


def temporary() -> set[Path]:
    return set(Path(tempfile.gettempdir()).glob("yauap-ray-*"))


def of_ray(pids: dict[int, str]) -> dict[int, str]:
    """Those that Ray has started, and the one that drives it."""
    words = ("raylet", "gcs_server", "ray::", "index.distributed.driver")
    return {pid: name for pid, name in pids.items() if any(word in name for word in words)}


def ended(pids: dict[int, str], seconds: float = 60) -> bool:
    """Whether all of them end in time."""
    until = time.monotonic() + seconds
    while any(_runs(pid) for pid in pids):
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
