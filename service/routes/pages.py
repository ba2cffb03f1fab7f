"""The chat page, the page that says how it works, the widget's script, and their files."""

import gzip
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Header
from fastapi.responses import FileResponse, Response
from fastapi.staticfiles import StaticFiles

from service.web_files import FOLDER, widget_script, words_module

# Asked for again each time, so that an upgrade does not mix old and new files.
_REVALIDATED = {"Cache-Control": "no-cache"}
_SCRIPT = "text/javascript; charset=utf-8"

router = APIRouter(include_in_schema=False)


@router.get("/")
def chat() -> FileResponse:
    """Return the chat page."""
    return FileResponse(FOLDER / "page" / "index.html", headers=_REVALIDATED)


@router.get("/widget.js")
def widget(accept_encoding: Annotated[str, Header()] = "") -> Response:
    """Return the widget."""
    headers = {**_REVALIDATED, "Vary": "Accept-Encoding"}
    content = widget_script()
    if "gzip" in accept_encoding:
        headers["Content-Encoding"] = "gzip"
    else:
        content = gzip.decompress(content)
    return Response(content, media_type=_SCRIPT, headers=headers)


@router.get("/web/widget/words.js")
def words() -> Response:
    """Return the words of readers as a module of the pages."""
    return Response(words_module(), media_type=_SCRIPT, headers=_REVALIDATED)


class _Revalidated(StaticFiles):
    """Files that a browser asks for again, or is told that it has them."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        """Return a file, or 304 where the browser has it."""
        response = super().file_response(*args, **kwargs)
        response.headers.update(_REVALIDATED)
        return response


def mount_files(app: FastAPI) -> None:
    """Serve scripts, styles and pictures under ``/web``."""
    app.mount("/web", _Revalidated(directory=FOLDER), name="web")
