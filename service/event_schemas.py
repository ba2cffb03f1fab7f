"""What stands in streamed events, as JSON Schema for the OpenAPI description."""

from typing import Any

from service.schemas.jobs import JobProgressOut

Json = dict[str, Any]

_TEXT: Json = {"type": "string"}


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _members(**members: Json) -> Json:
    return {"type": "object", "required": list(members), "properties": members}


def _data(schema: Json) -> Json:
    return {"type": "string", "contentMediaType": "application/json", "contentSchema": schema}


def _named(events: dict[str, Json]) -> Json:
    return {
        "oneOf": [
            _members(event={"const": name}, data=_data(schema)) for name, schema in events.items()
        ]
    }


_PROGRESS = JobProgressOut.model_json_schema(ref_template="#/components/schemas/{model}")

EVENTS: dict[str, Json] = {
    "POST /v1/ask": _named(
        {
            "meta": _members(id=_TEXT, language={"enum": ["ba", "ru"]}, index_version=_TEXT),
            "sources": {"type": "array", "items": _ref("HitOut")},
            "citation": _ref("CitationOut"),
            "delta": _members(text=_TEXT),
            "restart": _members(reason=_TEXT),
            "final": _ref("AnswerOut"),
            "error": _ref("ProblemOut"),
        }
    ),
    "POST /v1/chat/completions": _members(
        data={"type": "string", "description": "a chat.completion.chunk, at last [DONE]"}
    ),
    "GET /v1/jobs/{job_id}/events": _named(
        {
            "progress": {key: _PROGRESS[key] for key in ("type", "required", "properties")},
            "final": _ref("JobOut"),
        }
    ),
}
