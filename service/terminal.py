"""What the command line prints: answers, hits, progress; texts never as markup."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from index.build import Progress as OnProgress
from index.job_records import JobRecord
from service.schemas.asking import AnswerOut
from service.schemas.searching import SearchOut
from service.words import say

out = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
notes = Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)


def plain(text: str) -> str:
    """Return ``text`` without control characters, which a terminal might obey."""
    return "".join(c if c.isprintable() or c == "\n" else " " for c in text)


def show_answer(answer: AnswerOut) -> None:
    """Print an answer with its sources."""
    out.print(plain(answer.answer))
    for citation in answer.citations:
        where = {"document": plain(citation.title or citation.document_id)}
        out.print(
            "  " + say("citation", number=citation.number, start=citation.start,
                       end=citation.end, **where),
            style="dim",
        )  # fmt: skip
    if answer.generator.degraded:
        out.print("  " + say("degraded"), style="dim")
    if answer.answered:
        out.print("  " + say("confidence", confidence=f"{answer.confidence:.2f}"), style="dim")
    for hit in answer.related:
        out.print(f"  · {plain(hit.title or hit.document_id)}: {_short(hit.quote)}", style="dim")


def show_results(found: SearchOut) -> None:
    """Print hits, best first."""
    if not found.results:
        out.print(say("nothing"))
    for rank, hit in enumerate(found.results, 1):
        name = plain(hit.title or hit.document_id)
        out.print(f"{rank}. {name} ({hit.start}–{hit.end}) {hit.score:.2f}", style="bold")
        out.print("   " + _short(hit.quote))


def _short(text: str, longest: int = 240) -> str:
    line = " ".join(plain(text).split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


@contextmanager
def bar(label: str) -> Iterator[Any]:
    """Show a progress bar; gives ``update(done, total)``, which may also change the label."""
    with Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=notes,
    ) as progress:
        task = progress.add_task(label, total=None)

        def update(done: int, total: int, label: str = label) -> None:
            progress.update(task, completed=done, total=total, description=label)

        yield update


@contextmanager
def job_bar() -> Iterator[OnProgress]:
    """Show the progress of a job."""
    with bar(say("ingesting", chunks=0)) as update:

        def show(job: JobRecord) -> None:
            update(job.ready, job.total, say("ingesting", chunks=job.chunks))

        yield show


def print_json(line: str) -> None:
    """Print an object as one line that no terminal obeys, its letters as they are."""
    line = json.dumps(json.loads(line), ensure_ascii=False)
    # Control characters beyond ASCII, which JSON lets stand, a terminal might obey.
    sys.stdout.write("".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in line) + "\n")
