"""The console as part of the application."""

from pathlib import Path

from fastapi import APIRouter, FastAPI
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
    router = APIRouter(prefix=ROOT)
    for module in (sign_in, index, documents, asking, jobs, feedback, keys, evaluation):
        router.include_router(module.router)
    app.include_router(router)
    app.mount(f"{ROOT}/static", StaticFiles(directory=_STATIC), name="console")
