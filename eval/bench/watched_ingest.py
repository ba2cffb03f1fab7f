"""``yauap ingest`` in a process of its own, watched from outside while it works."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, NamedTuple

from eval.bench.growth import megabytes_an_hour
from eval.bench.process import Process
from eval.bench.serving import yauap
from index.catalog import Catalog
from index.job_records import JobRecord
from index.jobs import Jobs

Phase = Literal["reading", "embedding", "publishing"]
PHASES: tuple[Phase, ...] = ("reading", "embedding", "publishing")
_EVERY = 1.0  # seconds


class Sample(NamedTuple):
    """What the process is at: seconds and CPU seconds since its start, megabytes in RAM."""

    seconds: float
    cpu_seconds: float
    megabytes: float
    phase: Phase


def watched(
    lines: Path,
    data_dir: Path,
    pause: Callable[[], object],
    pause_every: float,
    progress: Callable[[JobRecord], None],
) -> list[Sample]:
    """Ingest a file of JSON lines and return a sample for each second.

    Every ``pause_every`` seconds of embedding the process is held while ``pause`` is called, whose
    time does not count. Raises CalledProcessError where it fails.
    """
    jobs = Jobs(Catalog(data_dir))
    command = [yauap(), "ingest", str(lines), "--data-dir", str(data_dir)]
    started, held, paused_at = time.perf_counter(), 0.0, 0.0
    samples: list[Sample] = []
    with (lines.parent / "errors.txt").open("wb") as errors:
        process = subprocess.Popen(command, stdout=errors, stderr=errors)  # noqa: S603 - fixed
    try:
        own = Process(process.pid)
        # Until it has gone for good: what it has used is lost when it is waited for.
        while os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            phase = _phase(jobs, progress)
            seconds = time.perf_counter() - started - held
            memory = own.resident_megabytes()
            if memory:  # one that has just ended has none
                samples.append(Sample(seconds, own.cpu_seconds(), memory, phase))
            if phase == "embedding" and seconds - paused_at >= pause_every:
                os.kill(process.pid, signal.SIGSTOP)
                before = time.perf_counter()
                pause()
                os.kill(process.pid, signal.SIGCONT)
                held += time.perf_counter() - before
                paused_at = seconds
            time.sleep(_EVERY)
        seconds = time.perf_counter() - started - held
        memory = samples[-1].megabytes if samples else 0.0
        samples.append(Sample(seconds, own.cpu_seconds(), memory, "publishing"))
    finally:
        process.kill()  # nothing where it has ended
        status = process.wait()
    if status:
        raise subprocess.CalledProcessError(
            status, command, stderr=(lines.parent / "errors.txt").read_bytes()
        )
    return samples


def _phase(jobs: Jobs, progress: Callable[[JobRecord], None]) -> Phase:
    job = next(iter(jobs.page(None, 1)), None)
    if job is None:
        return "reading"
    progress(job)
    return "embedding" if job.ready < job.total else "publishing"


def figures_of(samples: Sequence[Sample], cores: int) -> dict[str, Any]:
    """Return time and use of the processor by phase, and what became of the memory."""
    phases: dict[str, Any] = {}
    for phase in PHASES:
        steps = [(a, b) for a, b in pairwise(samples) if b.phase == phase]
        seconds = sum(b.seconds - a.seconds for a, b in steps)
        cpu = sum(b.cpu_seconds - a.cpu_seconds for a, b in steps)
        phases[phase] = {
            "seconds": round(seconds, 1),
            "cpu_use": round(cpu / seconds / cores, 3) if seconds else None,
        }
    embedding = [one for one in samples if one.phase == "embedding"]
    last = samples[-1]
    return {
        "seconds": round(last.seconds, 1),
        "cpu_use": round(last.cpu_seconds / last.seconds / cores, 3),
        "phases": phases,
        "memory": {
            "peak_megabytes": round(max(one.megabytes for one in samples), 1),
            "peak_of_embedding": round(max((o.megabytes for o in embedding), default=0.0), 1),
            "embedding_minutes": round(phases["embedding"]["seconds"] / 60, 1),
            "slope_megabytes_per_hour": _slope(embedding),
            "slope_of_last_third": _slope(embedding[len(embedding) * 2 // 3 :]),
            "wanted": "no slope in ten minutes of embedding or more",
        },
    }


def _slope(samples: Sequence[Sample]) -> float:
    return megabytes_an_hour([one.seconds for one in samples], [one.megabytes for one in samples])
