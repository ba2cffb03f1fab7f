"""``yauap index``: the index and its files."""

from pathlib import Path

import typer

from service.cli_options import DataDir, folder_of
from service.words import say

commands = typer.Typer(help=say("help_index"), no_args_is_help=True)


@commands.command("info", help=say("help_info"))
def index_info(data_dir: DataDir = None) -> None:
    """Say what is in the index."""
    from index.condition import condition
    from service.terminal import out, plain

    folder = folder_of(data_dir)
    state = condition(folder.catalog, folder.snapshots)
    census, spec = folder.library.census(), folder.embedder.spec
    languages = ", ".join(f"{name} {count}" for name, count in census.by_language.items())
    sources = ", ".join(f"{name or '—'} {count}" for name, count in census.by_source.items())
    out.print(say("info", documents=census.documents, chunks=census.chunks,
                  languages=languages or "—", sources=plain(sources) or "—",
                  model=spec.name, revision=spec.revision,
                  version=folder.index.version(), published_at=state.published_at or "—",
                  disk=f"{state.disk_bytes / 1e6:.1f}", memory=f"{state.index_bytes / 1e6:.1f}",
                  free=f"{state.free_bytes / 1e6:.1f}"))  # fmt: skip
    if state.vectors is not None:
        out.print(say(f"vectors_{state.vectors}"))
    if state.compaction_due:
        out.print(say("compaction_due"))


@commands.command("verify", help=say("help_verify"))
def index_verify(data_dir: DataDir = None) -> None:
    """Check every file of the index."""
    from index.snapshot import verify_data
    from service.terminal import notes

    folder = folder_of(data_dir)
    faults = verify_data(folder.catalog, folder.snapshots)
    for line in [say("damaged_files"), *faults] if faults else [say("verified")]:
        notes.print(line)
    if faults:
        raise typer.Exit(1)


@commands.command("compact", help=say("help_compact"))
def index_compact(data_dir: DataDir = None) -> None:
    """Remove from disk what was deleted."""
    from service.terminal import notes

    folder_of(data_dir).indexer.compact()
    notes.print(say("compacted"))


@commands.command("backup", help=say("help_backup"))
def index_backup(file: Path, data_dir: DataDir = None) -> None:
    """Write the data folder into one file."""
    from index.backup import back_up
    from service.terminal import notes, plain

    folder = folder_of(data_dir)
    back_up(folder.catalog, folder.snapshots, file)
    notes.print(say("backed_up", file=plain(str(file))))


@commands.command("restore", help=say("help_restore"))
def index_restore(file: Path, data_dir: DataDir = None) -> None:
    """Put a backup into an empty data folder."""
    from index.backup import restore
    from service.opening import open_settings
    from service.terminal import notes, plain

    restore(file, open_settings(data_dir).data_dir.expanduser())
    notes.print(say("restored", file=plain(str(file))))
    index_verify(data_dir)


@commands.command("rebuild", help=say("help_rebuild"))
def index_rebuild(data_dir: DataDir = None) -> None:
    """Chunk and embed all documents anew."""
    from service.terminal import bar

    with bar(say("rebuilding")) as update:
        folder_of(data_dir).indexer.rebuild(update)


@commands.command("migrate", help=say("help_migrate"))
def index_migrate(data_dir: DataDir = None) -> None:
    """Carry the vectors to where the settings say."""
    from service.terminal import notes, plain

    folder = folder_of(data_dir)
    left = folder.indexer.migrate()
    notes.print(say("migrated", vectors=plain(folder.settings.vectors)))
    if left:
        notes.print(say("left_in_milvus", name=left))
