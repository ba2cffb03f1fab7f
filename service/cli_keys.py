"""``yauap keys``: who may use a service that others can reach."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli_options import DataDir
from service.words import say

if TYPE_CHECKING:
    from service.keys import Keys
    from service.schemas.filters import FiltersIn

commands = typer.Typer(help=say("help_keys"), no_args_is_help=True)


@commands.command("create", help=say("help_keys_create"))
def create_key(
    name: str,
    scopes: Annotated[list[str], typer.Option("--scope", help=say("help_scope"))],
    days: Annotated[int | None, typer.Option(min=1, max=36_500, help=say("help_days"))] = None,
    filters: Annotated[str, typer.Option(help=say("help_filters"))] = "{}",
    origins: Annotated[list[str] | None, typer.Option("--origin", help=say("help_origin"))] = None,
    data_dir: DataDir = None,
) -> None:
    """Create a key and print it, this once."""
    from service.terminal import notes

    _, secret = _keys(data_dir).create(name, scopes, days, _filters(filters), origins or ())
    notes.print(say("key_once"))
    sys.stdout.write(secret + "\n")


@commands.command("list", help=say("help_keys_list"))
def list_keys(data_dir: DataDir = None) -> None:
    """List the keys, without their secrets."""
    from service.terminal import plain

    for key in _keys(data_dir).list():
        end = key.expires_at or "—"
        state = say("key_valid" if key.holds else "key_invalid")
        scopes = ",".join(sorted(key.scopes))
        sys.stdout.write(f"{key.id}\t{state}\t{scopes}\t{end}\t{plain(key.name)}\n")


@commands.command("revoke", help=say("help_keys_revoke"))
def revoke_key(key_id: str, data_dir: DataDir = None) -> None:
    """Make a key invalid at once."""
    from service.terminal import notes

    _keys(data_dir).revoke(key_id)
    notes.print(say("revoked", id=key_id))


def _keys(data_dir: Path | None) -> "Keys":
    from index.catalog import Catalog
    from service.keys import Keys
    from service.opening import open_settings

    settings = open_settings(data_dir)
    return Keys(Catalog(settings.data_dir.expanduser(), settings.writer))


def _filters(given: str) -> "FiltersIn":
    from pydantic import ValidationError

    from index.errors import InvalidInput
    from service.schemas.filters import FiltersIn

    try:
        return FiltersIn.model_validate_json(given)
    except ValidationError as error:
        raise InvalidInput("cli.filters") from error
