"""The description of the API as a page: the usual ones load their scripts from elsewhere."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse
from jinja2 import Environment, FileSystemLoader

router = APIRouter(include_in_schema=False)

_FOLDER = Path(__file__).parent.parent / "docs_page"
_templates = Environment(loader=FileSystemLoader(_FOLDER), autoescape=True)


@router.get("/docs", response_class=HTMLResponse)
def docs(request: Request) -> HTMLResponse:
    """Return the page."""
    described = request.app.openapi()
    page = _templates.get_template("page.html.j2").render(
        title=described["info"]["title"],
        summary=described["info"]["summary"],
        version=described["info"]["version"],
        operations=list(_operations(described)),
        schemas=described["components"]["schemas"],
        type_of=_type,
        as_json=lambda value: json.dumps(value, ensure_ascii=False, indent=1),
    )
    return HTMLResponse(page, headers={"Cache-Control": "no-cache"})


@router.get("/docs/style.css")
def style() -> FileResponse:
    """Return the style of the page."""
    return FileResponse(_FOLDER / "style.css", headers={"Cache-Control": "no-cache"})


def _operations(described: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield {"method": method.upper(), "path": path, **operation}


def _type(schema: dict[str, Any]) -> str:
    """Return the type of a field in a few words; of an object the name of its description."""
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    for key, word in (("anyOf", " or "), ("oneOf", " or "), ("enum", ", ")):
        if key in schema:
            parts = schema[key]
            return word.join(_type(p) if key != "enum" else json.dumps(p) for p in parts)
    if "const" in schema:
        return json.dumps(schema["const"])
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return str(schema.get("type", "anything"))
