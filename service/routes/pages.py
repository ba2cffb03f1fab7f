"""The chat page and its files."""

from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.responses import FileResponse, Response
from fastapi.staticfiles import StaticFiles

_FOLDER = Path(__file__).parent.parent / "web"

router = APIRouter(include_in_schema=False)


@router.get("/")
def chat() -> FileResponse:
    """Return the chat page."""
    return FileResponse(_FOLDER / "index.html", headers={"Cache-Control": "no-cache"})


class _Revalidated(StaticFiles):
    """Files that a browser asks for again, so that an upgrade does not mix old and new ones."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        """Return a file, or 304 where the browser has it."""
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "no-cache"
        return response


def mount_files(app: FastAPI) -> None:
    """Serve scripts, styles and pictures under ``/web``."""
    app.mount("/web", _Revalidated(directory=_FOLDER), name="web")
