"""``yauap ingest``: files into the data folder."""

from pathlib import Path
from typing import Annotated

import typer

from service.cli_options import DataDir, folder_of
from service.words import operator_language, say


def ingest(
    paths: list[Path],
    prune: Annotated[bool, typer.Option("--prune", help=say("help_prune"))] = False,
    columns: Annotated[list[str] | None, typer.Option("--map", help=say("help_map"))] = None,
    data_dir: DataDir = None,
) -> None:
    """Add files, folders or JSON lines."""
    from index.ingest import accept_files, column_map
    from index.ingest import prune as pruned_documents
    from index.readers import list_files
    from service.terminal import bar, job_bar, notes, plain

    mapped = column_map(columns or ())
    folder = folder_of(data_dir)
    listing = list_files(paths)
    folder.indexer.require_compatible()
    with bar(say("reading")) as reading:
        job_id = accept_files(folder, listing.files, mapped, reading)
    with job_bar() as progress:
        job = folder.indexer.run_until(job_id, progress)
    language = operator_language()
    for error in job.errors:
        notes.print(f"{plain(error.document or str(error.index + 1))}: "
                    f"{plain(error.reason(language))}", style="red")  # fmt: skip
    if prune:
        folders = [path for path in paths if path.is_dir()]
        pruned = pruned_documents(folder, folders, listing.files)
        notes.print(say("pruned", count=len(pruned)))
    if listing.skipped:
        notes.print(say("skipped", count=len(listing.skipped)))
    notes.print(say("added", added=job.added, updated=job.updated, unchanged=job.unchanged,
                    failed=job.failed))  # fmt: skip
    if job.failed:
        raise typer.Exit(1)
