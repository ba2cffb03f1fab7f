"""What a process of this machine has used, as Linux tells it in ``/proc``."""

import os
from pathlib import Path


class Process:
    """A running process by its id; «self» is this one."""

    def __init__(self, pid: int | str) -> None:
        self._folder = Path(f"/proc/{pid}")

    def cpu_seconds(self) -> float:
        """Return the CPU time of all its threads, in user and kernel."""
        # The name of the process, in parentheses, may hold spaces.
        fields = (self._folder / "stat").read_text().rpartition(")")[2].split()
        user, kernel = int(fields[11]), int(fields[12])
        return (user + kernel) / os.sysconf("SC_CLK_TCK")

    def resident_megabytes(self) -> float:
        """Return how much of its memory is in RAM, pages of mapped files with it."""
        return self._megabytes("VmRSS")

    def own_megabytes(self) -> float:
        """Return how much of that is its own: not of files, which the system can drop again."""
        return self._megabytes("RssAnon")

    def peak_megabytes(self) -> float:
        """Return the most that was resident so far."""
        return self._megabytes("VmHWM")

    def _megabytes(self, kind: str) -> float:
        lines = (self._folder / "status").read_text().splitlines()
        found = (int(line.split()[1]) for line in lines if line.startswith(f"{kind}:"))
        return next(found, 0) / 1024  # one that has ended and was not waited for has none

    def mapped_megabytes(self, folder: Path) -> dict[str, float]:
        """Return how much of the files below ``folder`` is in its memory, by their names."""
        resident: dict[str, float] = {}
        name = None
        for line in (self._folder / "smaps").read_text().splitlines():
            first, *rest = line.split()
            if not first.endswith(":"):  # the head of a mapping: addresses … path
                path = Path(rest[-1]) if len(rest) == 5 else None
                name = path.name if path is not None and path.is_relative_to(folder) else None
            elif first == "Rss:" and name is not None:
                resident[name] = resident.get(name, 0.0) + int(rest[0]) / 1024
        return resident
