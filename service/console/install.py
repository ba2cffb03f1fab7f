"""The console as part of the application."""

from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from service.console.pages import ROOT
from service.console.routes import (
    asking,
    documents,
    evaluation,
    feedback,
    index,
    jobs,
    keys,
    sign_in,
)

_STATIC = Path(__file__).parent / "static"


def install_console(app: FastAPI) -> None:
    """Add the console's pages, and its script and style."""
    for module in (sign_in, index, documents, asking, jobs, feedback, keys, evaluation):
        app.include_router(module.router)
    app.mount(f"{ROOT}/static", StaticFiles(directory=_STATIC), name="console")
