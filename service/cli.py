"""The command ``yauap``, put together.

Libraries that take seconds to import are imported by the commands that need them, so that the
others answer at once.
"""

import logging
import os
import sys
from typing import Annotated, NoReturn

import typer

from index.errors import YauapError
from service import cli_documents, cli_eval, cli_feedback, cli_index, cli_keys
from service.cli_asking import ask, search
from service.cli_ingest import ingest
from service.cli_options import DataDir, folder_of, pipeline_of, recent_of
from service.words import operator_language, say

app = typer.Typer(
    help=say("help_app"), no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
app.command(help=say("help_ingest"))(ingest)
app.command(help=say("help_ask"))(ask)
app.command(help=say("help_search"))(search)
app.add_typer(cli_documents.commands, name="documents")
app.add_typer(cli_index.commands, name="index")
app.add_typer(cli_keys.commands, name="keys")
app.add_typer(cli_feedback.commands, name="feedback")
app.add_typer(cli_eval.commands, name="eval")


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

    pipeline, library = pipeline_of(data_dir), folder_of(data_dir).library
    make_server(pipeline, library, recent_of(data_dir)).run("stdio")
