"""``yauap documents``: what is in the data folder."""

import sys
from typing import Annotated

import typer

from index.errors import Gone, NotFound
from service.cli_options import AsJson, DataDir, folder_of
from service.words import operator_language, say

commands = typer.Typer(help=say("help_documents"), no_args_is_help=True)


@commands.command("list", help=say("help_list"))
def list_documents(as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """List the documents."""
    from service.rendering import document_out
    from service.terminal import plain, print_json

    library, after = folder_of(data_dir).library, None
    while page := library.page(after, 500):
        for record in page:
            if as_json:
                shown = document_out(record, library.relatives(record.id))
                print_json(shown.model_dump_json())
            else:
                title = plain(record.title or "").replace("\n", " ")
                sys.stdout.write(f"{plain(record.id)}\t{record.language}\t{record.version}\t"
                                 f"{record.characters}\t{title}\n")  # fmt: skip
        after = page[-1].id


@commands.command("show", help=say("help_show"))
def show_document(document_id: str, data_dir: DataDir = None) -> None:
    """Print the stored text of a document."""
    from service.terminal import plain

    text = folder_of(data_dir).library.text(document_id)
    sys.stdout.write(plain(text) if sys.stdout.isatty() else text)


@commands.command("delete", help=say("help_delete"))
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
    folder = folder_of(data_dir)
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
