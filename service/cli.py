"""The command ``yauap``.

Libraries that take seconds to import are imported by the commands that need them, so that the
others answer at once.
"""

import json
import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, TypeVar

import typer

from index.errors import Gone, NotFound, YauapError
from service import cli_eval, cli_feedback, cli_keys
from service.words import operator_language, say

if TYPE_CHECKING:
    from index.folder import DataFolder
    from rag.pipeline import Pipeline
    from service.schemas import AskIn, SearchIn

_Body = TypeVar("_Body", "AskIn", "SearchIn")

app = typer.Typer(
    help=say("help_app"), no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
documents = typer.Typer(help=say("help_documents"), no_args_is_help=True)
index = typer.Typer(help=say("help_index"), no_args_is_help=True)
app.add_typer(documents, name="documents")
app.add_typer(index, name="index")
app.add_typer(cli_keys.commands, name="keys")
app.add_typer(cli_feedback.commands, name="feedback")
app.add_typer(cli_eval.commands, name="eval")

DataDir = Annotated[Path | None, typer.Option("--data-dir", help=say("help_data_dir"))]
AsJson = Annotated[bool, typer.Option("--json", help=say("help_json"))]
Url = Annotated[str | None, typer.Option("--url", help=say("help_url"))]
TopK = Annotated[int, typer.Option("--top-k", min=1, max=50, help=say("help_top_k"))]
SearchTopK = Annotated[int, typer.Option("--top-k", min=1, max=200, help=say("help_top_k"))]


def main() -> NoReturn:
    """Run the command line; every foreseen error is one sentence and exit status 1."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        try:
            app()
        finally:
            sys.stdout.flush()
    except BrokenPipeError:  # «yauap … | head» ends quietly; a client that leaves ends nothing
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except YauapError as error:
        from service.terminal import notes, plain

        notes.print(plain(error.in_language(operator_language())), style="red")
        sys.exit(1)
    sys.exit(0)


@app.command(help=say("help_ingest"))
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
    folder = _folder(data_dir)
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


@app.command(help=say("help_ask"))
def ask(
    question: str,
    as_json: AsJson = False,
    url: Url = None,
    top_k: TopK = 8,
    data_dir: DataDir = None,
) -> None:
    """Answer a question."""
    from service.asking import answer
    from service.schemas import AnswerOut, AskIn
    from service.terminal import show_answer

    body = _checked(AskIn, question=question, top_k=top_k)
    if url is None:
        given = answer(_pipeline(data_dir), body)
    else:
        from service.client import post

        given = post(url, "/v1/ask", body.model_dump(mode="json"), AnswerOut)
    _print_json(given.model_dump_json()) if as_json else show_answer(given)


@app.command(help=say("help_search"))
def search(
    query: str,
    as_json: AsJson = False,
    url: Url = None,
    top_k: SearchTopK = 10,
    data_dir: DataDir = None,
) -> None:
    """Find passages."""
    from service.asking import results
    from service.schemas import SearchIn, SearchOut
    from service.terminal import show_results

    body = _checked(SearchIn, query=query, top_k=top_k)
    if url is None:
        found = results(_pipeline(data_dir), body)
    else:
        from service.client import post

        found = post(url, "/v1/search", body.model_dump(mode="json"), SearchOut)
    _print_json(found.model_dump_json()) if as_json else show_results(found)


@app.command(help=say("help_serve"))
def serve(
    host: Annotated[str | None, typer.Option(help=say("help_host"))] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help=say("help_port"))] = None,
    workers: Annotated[int | None, typer.Option(min=1, max=64, help=say("help_workers"))] = None,
    data_dir: DataDir = None,
) -> None:
    """Start the service."""
    from service.opening import open_settings
    from service.server import run_server

    run_server(open_settings(data_dir, host=host, port=port, workers=workers))


@app.command(help=say("help_mcp"))
def mcp(data_dir: DataDir = None) -> None:
    """Answer an assistant over standard input and output."""
    from service.mcp_server import make_server

    make_server(_pipeline(data_dir), _folder(data_dir).library).run("stdio")


@documents.command("list", help=say("help_list"))
def list_documents(as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """List the documents."""
    from service.rendering import document_out
    from service.terminal import plain

    library, after = _folder(data_dir).library, None
    while page := library.page(after, 500):
        for record in page:
            if as_json:
                shown = document_out(record, library.relatives(record.id)).model_dump_json()
                _print_json(shown)
            else:
                title = plain(record.title or "").replace("\n", " ")
                sys.stdout.write(f"{plain(record.id)}\t{record.language}\t{record.version}\t"
                                 f"{record.characters}\t{title}\n")  # fmt: skip
        after = page[-1].id


@documents.command("show", help=say("help_show"))
def show_document(document_id: str, data_dir: DataDir = None) -> None:
    """Print the stored text of a document."""
    from service.terminal import plain

    text = _folder(data_dir).library.text(document_id)
    sys.stdout.write(plain(text) if sys.stdout.isatty() else text)


@documents.command("delete", help=say("help_delete"))
def delete_documents(
    document_ids: list[str],
    purge: Annotated[bool, typer.Option("--purge", help=say("help_purge"))] = False,
    data_dir: DataDir = None,
) -> None:
    """Delete documents. What cannot be deleted is named, and the others go all the same."""
    from service.opening import open_settings
    from service.purging import forget
    from service.recent import Recent
    from service.terminal import notes, plain

    settings = open_settings(data_dir)
    folder = _folder(data_dir)
    missing = False
    for document_id in document_ids:
        try:
            folder.library.delete(document_id)
            notes.print(say("deleted", id=plain(document_id)))
        except NotFound as error:
            if not (purge and isinstance(error, Gone)):  # what is deleted can still be purged
                notes.print(plain(error.in_language(operator_language())), style="red")
                missing = True
    if purge:
        kept = Recent(folder.catalog.data_dir, settings.kept_answers, settings.kept_refusals)
        forget(document_ids, folder.catalog, kept)
        folder.indexer.compact()
        notes.print(say("purged"))
    if missing:
        raise typer.Exit(1)


@index.command("info", help=say("help_info"))
def index_info(data_dir: DataDir = None) -> None:
    """Say what is in the index."""
    from index.condition import condition
    from service.terminal import out, plain

    folder = _folder(data_dir)
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
    if state.compaction_due:
        out.print(say("compaction_due"))


@index.command("verify", help=say("help_verify"))
def index_verify(data_dir: DataDir = None) -> None:
    """Check every file of the index."""
    from index.snapshot import verify_data
    from service.terminal import notes

    folder = _folder(data_dir)
    faults = verify_data(folder.catalog, folder.snapshots)
    for line in [say("damaged_files"), *faults] if faults else [say("verified")]:
        notes.print(line)
    if faults:
        raise typer.Exit(1)


@index.command("compact", help=say("help_compact"))
def index_compact(data_dir: DataDir = None) -> None:
    """Remove from disk what was deleted."""
    from service.terminal import notes

    _folder(data_dir).indexer.compact()
    notes.print(say("compacted"))


@index.command("backup", help=say("help_backup"))
def index_backup(file: Path, data_dir: DataDir = None) -> None:
    """Write the data folder into one file."""
    from index.backup import back_up
    from service.terminal import notes, plain

    folder = _folder(data_dir)
    back_up(folder.catalog, folder.snapshots, file)
    notes.print(say("backed_up", file=plain(str(file))))


@index.command("restore", help=say("help_restore"))
def index_restore(file: Path, data_dir: DataDir = None) -> None:
    """Put a backup into an empty data folder."""
    from index.backup import restore
    from service.opening import open_settings
    from service.terminal import notes, plain

    restore(file, open_settings(data_dir).data_dir.expanduser())
    notes.print(say("restored", file=plain(str(file))))
    index_verify(data_dir)


@index.command("rebuild", help=say("help_rebuild"))
def index_rebuild(data_dir: DataDir = None) -> None:
    """Chunk and embed all documents anew."""
    from service.terminal import bar

    with bar(say("rebuilding")) as update:
        _folder(data_dir).indexer.rebuild(update)


def _folder(data_dir: Path | None) -> "DataFolder":
    from service.opening import open_folder

    return open_folder(data_dir)


def _pipeline(data_dir: Path | None) -> "Pipeline":
    from rag.factory import make_pipeline
    from service.opening import open_folder, open_settings

    return make_pipeline(open_folder(data_dir), open_settings(data_dir))


def _checked(schema: type[_Body], **values: object) -> _Body:
    from pydantic import ValidationError

    from index.errors import InvalidInput

    try:
        return schema.model_validate(values)
    except ValidationError as error:
        raise InvalidInput("cli.question") from error


def _print_json(line: str) -> None:
    line = json.dumps(json.loads(line), ensure_ascii=False)
    # Control characters beyond ASCII, which JSON lets stand, a terminal might obey.
    sys.stdout.write("".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in line) + "\n")
