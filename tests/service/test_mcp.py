"""The Model Context Protocol, spoken by the SDK's own client."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters
from mcp.types import TextContent

from index.folder import DataFolder
from index.messages import MESSAGE_LANGUAGES, MessageLanguage, message
from rag.factory import make_pipeline
from service.mcp_server import make_server
from service.settings import ServiceSettings
from tests.service.commands import YAUAP, environment
from tests.service.running import Service
from tests.service.seed_questions import CAMPUSES


@pytest.fixture
def server(honey_folder: Path) -> Any:
    settings = ServiceSettings(data_dir=honey_folder, accepted_wrong=1)
    folder = DataFolder(settings)
    return make_server(make_pipeline(folder, settings), folder.library)


def test_the_tools_only_read(server: Any) -> None:
    async def listed() -> None:
        async with Client(server) as client:
            tools = (await client.list_tools()).tools
        assert {tool.name for tool in tools} == {"ask", "search", "document"}
        for tool in tools:
            assert tool.description
            assert tool.annotations is not None
            assert tool.annotations.read_only_hint is True

    asyncio.run(listed())


def test_hits_stand_where_they_say(server: Any) -> None:
    async def read() -> None:
        async with Client(server) as client:
            found = await client.call_tool("search", {"query": "мёд горький", "top_k": 1})
            (hit,) = found.structured_content["results"]
            where = {"id": hit["document_id"], "start": hit["start"],
                     "length": hit["end"] - hit["start"]}  # fmt: skip
            piece = (await client.call_tool("document", where)).structured_content
            assert piece["text"] == hit["quote"]
            assert (piece["version"], piece["end"]) == (hit["document_version"], hit["end"])
            beyond = await client.call_tool("document", {"id": hit["document_id"], "start": 9999})
            assert beyond.structured_content["text"] == ""

    asyncio.run(read())


@pytest.mark.parametrize(
    ("tool", "arguments", "word"),
    [
        ("document", {"id": "none"}, "none"),
        ("document", {"id": "../../etc/passwd"}, "passwd"),
        ("document", {"id": "open", "length": 10**9}, "length"),
        ("ask", {"question": ""}, "question"),
        ("ask", {"question": "ы" * 2001}, "question"),
        ("search", {"query": "мёд", "top_k": 0}, "top_k"),
    ],
)
def test_what_cannot_be_done_is_an_error_of_the_tool(
    server: Any, tool: str, arguments: dict[str, Any], word: str
) -> None:
    async def call() -> None:
        async with Client(server) as client:
            result = await client.call_tool(tool, arguments)
        assert result.is_error
        (content,) = result.content
        assert isinstance(content, TextContent)
        assert word in content.text
        assert "Traceback" not in content.text
        assert "pydantic" not in content.text
        assert "input_value" not in content.text

    asyncio.run(call())


@pytest.mark.parametrize("language", MESSAGE_LANGUAGES)
def test_wrong_arguments_are_told_in_the_operators_language(
    server: Any, monkeypatch: pytest.MonkeyPatch, language: MessageLanguage
) -> None:
    monkeypatch.setenv("YAUAP_LANGUAGE", language)

    async def told(tool: str, arguments: dict[str, Any]) -> str:
        async with Client(server) as client:
            result = await client.call_tool(tool, arguments)
        assert result.is_error
        (content,) = result.content
        assert isinstance(content, TextContent)
        return content.text

    assert asyncio.run(told("search", {"query": "мёд", "top_k": 51})) == message(
        "field.too_large", language, field="top_k", limit=50
    )
    assert asyncio.run(told("ask", {"question": " "})) == message(
        "field.too_short", language, field="question", limit=1
    )
    assert asyncio.run(told("ask", {})) == message("field.missing", language, field="question")


def test_the_command_answers_as_the_service_does(service: Service) -> None:
    expected = service.ask(CAMPUSES)
    command = StdioServerParameters(
        command=str(YAUAP), args=["mcp"],
        env=environment({"YAUAP_DATA_DIR": str(service.data_dir)}),
    )  # fmt: skip

    async def asked() -> Any:
        async with Client(command, read_timeout_seconds=240) as client:
            return (await client.call_tool("ask", {"question": CAMPUSES})).structured_content

    answer = asyncio.run(asked())
    assert answer["answer"] == expected["answer"]
    assert answer["citations"] == expected["citations"]
