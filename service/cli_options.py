"""Options that several commands share, and what they are opened with."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.words import say

if TYPE_CHECKING:
    from index.folder import DataFolder
    from rag.pipeline import Pipeline
    from service.recent import Recent

DataDir = Annotated[Path | None, typer.Option("--data-dir", help=say("help_data_dir"))]
AsJson = Annotated[bool, typer.Option("--json", help=say("help_json"))]
Url = Annotated[str | None, typer.Option("--url", help=say("help_url"))]


def folder_of(data_dir: Path | None) -> "DataFolder":
    """Return the data folder that is meant."""
    from service.opening import open_folder

    return open_folder(data_dir)


def pipeline_of(data_dir: Path | None) -> "Pipeline":
    """Return the pipeline over the data folder that is meant."""
    from rag.factory import make_pipeline
    from service.opening import open_folder, open_settings

    return make_pipeline(open_folder(data_dir), open_settings(data_dir))


def recent_of(data_dir: Path | None) -> "Recent | None":
    """Return where the data folder that is meant remembers answers; None: it cannot be written."""
    from index.errors import Unavailable
    from service.opening import open_settings
    from service.recent import Recent

    settings = open_settings(data_dir)
    try:
        return Recent(settings.data_dir, settings.kept_answers, settings.kept_refusals)
    except Unavailable:
        return None
