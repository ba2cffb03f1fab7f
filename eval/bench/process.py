"""What a process of this machine has used, as Linux tells it in ``/proc``."""

import os
from pathlib import Path


class Process:
    """A running process by its id."""

    def __init__(self, pid: int) -> None:
        self._folder = Path(f"/proc/{pid}")

    def cpu_seconds(self) -> float:
        """Return the CPU time of all its threads, in user and kernel."""
        # The name of the process, in parentheses, may hold spaces.
        fields = (self._folder / "stat").read_text().rpartition(")")[2].split()
        user, kernel = int(fields[11]), int(fields[12])
        return (user + kernel) / os.sysconf("SC_CLK_TCK")

    def resident_megabytes(self) -> float:
        """Return how much of its memory is in RAM."""
        pages = int((self._folder / "statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
