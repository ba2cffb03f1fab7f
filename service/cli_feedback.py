"""``yauap feedback``: what readers said of answers."""

import json
import sys
from typing import Annotated

import typer

from service.cli_options import DataDir
from service.words import say

commands = typer.Typer(help=say("help_feedback"), no_args_is_help=True)


@commands.callback()
def _group() -> None:
    """Keep the group a group while it has one command."""


@commands.command("export", help=say("help_feedback_export"))
def export(
    rejected: Annotated[bool, typer.Option("--rejected", help=say("help_rejected"))] = False,
    data_dir: DataDir = None,
) -> None:
    """Print a draft gold set, or what was found wrong, as JSON lines."""
    from index.catalog import Catalog
    from service.feedback import Feedback
    from service.opening import open_settings

    feedback = Feedback(Catalog(open_settings(data_dir).data_dir.expanduser()))
    for line in feedback.rejected() if rejected else feedback.gold():
        sys.stdout.write(json.dumps(line) + "\n")
