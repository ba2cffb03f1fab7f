"""The OpenAPI description: what the routes say, and how their operations hang together.

Added to it: where events are streamed, which answer leads to which other operation (links), and
examples in both languages: of bodies those of ``examples.json``, of errors what the service says.
"""

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any, NamedTuple

from fastapi import FastAPI

from index.messages import MessageLanguage, message
from service.event_schemas import EVENTS
from service.problems import PROBLEM_TYPE, PROBLEMS, is_for_openai, openai_error, problem_object

Json = dict[str, Any]

_LANGUAGES: tuple[MessageLanguage, ...] = ("ba", "ru")


class _Link(NamedTuple):
    """From an answer of one operation to another, whose parameters or body are taken from it."""

    source: str
    name: str
    target: str
    parameters: dict[str, str] = {}  # noqa: RUF012 # read only
    body: Json | None = None


_JOB = {"job_id": "$response.body#/job/id"}
_LISTED_JOB = {"job_id": "$response.body#/items/0/id"}
_LISTED = {"document_id": "$response.body#/items/0/id"}
_FOUND = {"document_id": "$response.body#/results/0/document_id"}
_FOUND_VERSION = {**_FOUND, "version": "$response.body#/results/0/document_version"}
_NEXT = {"cursor": "$response.body#/next_cursor"}
_LINKS = (
    _Link("POST /v1/ask", "feedback", "POST /v1/feedback",
          body={"answer_id": "$response.body#/id", "rating": 1}),
    _Link("POST /v1/search", "document", "GET /v1/documents/{document_id}", _FOUND),
    _Link("POST /v1/search", "text", "GET /v1/documents/{document_id}/text", _FOUND_VERSION),
    _Link("POST /v1/documents", "job", "GET /v1/jobs/{job_id}", _JOB),
    _Link("POST /v1/documents", "items", "GET /v1/jobs/{job_id}/items", _JOB),
    _Link("POST /v1/documents", "events", "GET /v1/jobs/{job_id}/events", _JOB),
    _Link("POST /v1/documents", "cancel", "POST /v1/jobs/{job_id}/cancel", _JOB),
    _Link("GET /v1/documents", "document", "GET /v1/documents/{document_id}", _LISTED),
    _Link("GET /v1/documents", "deletion", "DELETE /v1/documents/{document_id}", _LISTED),
    _Link("GET /v1/documents", "next", "GET /v1/documents", _NEXT),
    _Link("GET /v1/documents/{document_id}", "text", "GET /v1/documents/{document_id}/text",
          {"document_id": "$response.body#/id", "version": "$response.body#/version"}),
    _Link("GET /v1/jobs", "job", "GET /v1/jobs/{job_id}", _LISTED_JOB),
    _Link("GET /v1/jobs", "items", "GET /v1/jobs/{job_id}/items", _LISTED_JOB),
    _Link("GET /v1/jobs", "next", "GET /v1/jobs", _NEXT),
    _Link("GET /v1/models", "model", "GET /v1/models/{model}",
          {"model": "$response.body#/data/0/id"}),
)  # fmt: skip


def specify(app: FastAPI) -> None:
    """Make the application describe itself in full, at ``/openapi.json``."""
    plain = app.openapi

    def whole() -> Json:
        if app.openapi_schema is None:
            described = plain()
            operations = dict(_operations(described))
            for name, events in EVENTS.items():
                _success(operations[name])["content"]["text/event-stream"] = {"schema": events}
            for link in _LINKS:
                _add_link(link, operations)
            _add_examples(operations)
        return plain()

    app.openapi = whole  # type: ignore[method-assign] # as FastAPI's documentation says


def _operations(described: Json) -> Iterator[tuple[str, Json]]:
    """Yield each operation by its name, ``POST /v1/ask``."""
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            for status, answer in operation["responses"].items():
                content = answer.setdefault("content", {})
                if status >= "400" and not is_for_openai(path):
                    content.clear()  # FastAPI describes it as of the type of the right answer
                    content[PROBLEM_TYPE] = {"schema": {"$ref": "#/components/schemas/ProblemOut"}}
            yield f"{method.upper()} {path}", operation


def _add_link(link: _Link, operations: dict[str, Json]) -> None:
    given: Json = {"operationId": operations[link.target]["operationId"]}
    if link.parameters:
        given["parameters"] = link.parameters
    if link.body is not None:
        given["requestBody"] = link.body
    _success(operations[link.source]).setdefault("links", {})[link.name] = given


def _add_examples(operations: dict[str, Json]) -> None:
    known = json.loads(files("service").joinpath("examples.json").read_text(encoding="utf-8"))
    for name, bodies in known.items():
        operation = operations[name]
        if "request" in bodies:
            content = operation["requestBody"]["content"]["application/json"]
            content["examples"] = _named(bodies["request"])
        if "response" in bodies:
            content = _success(operation)["content"]["application/json"]
            content["examples"] = _named(bodies["response"])
    for name, operation in operations.items():
        path = name.partition(" ")[2]
        for problem, status in PROBLEMS.items():
            for content in operation["responses"].get(str(status), {}).get("content", {}).values():
                content["examples"] = _named(
                    {language: _error(problem, path, language) for language in _LANGUAGES}
                )


def _success(operation: Json) -> Json:
    answers: Json = operation["responses"]
    return next(answer for status, answer in answers.items() if status.startswith("2"))


def _named(examples: dict[MessageLanguage, Json]) -> Json:
    return {language: {"value": value} for language, value in examples.items()}


def _error(name: str, path: str, language: MessageLanguage) -> Json:
    if name == "invalid-request":
        detail = message("field.missing", language, field="question")
    else:
        detail = message(f"http.{name.replace('-', '_')}", language)
    if is_for_openai(path):
        return openai_error(name, detail)
    return problem_object(name, detail, path)
