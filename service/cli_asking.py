"""``yauap ask`` and ``yauap search``, here or at a running service."""

from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from service.cli_options import AsJson, DataDir, Url, pipeline_of, recent_of
from service.words import say

if TYPE_CHECKING:
    from service.schemas.asking import AskIn
    from service.schemas.searching import SearchIn

_Body = TypeVar("_Body", "AskIn", "SearchIn")

TopK = Annotated[int, typer.Option("--top-k", min=1, max=50, help=say("help_top_k"))]
SearchTopK = Annotated[int, typer.Option("--top-k", min=1, max=200, help=say("help_top_k"))]


def ask(
    question: str,
    as_json: AsJson = False,
    url: Url = None,
    top_k: TopK = 8,
    data_dir: DataDir = None,
) -> None:
    """Answer a question."""
    from service.asking import answer
    from service.schemas.asking import AnswerOut, AskIn
    from service.terminal import print_json, show_answer

    body = _checked(AskIn, question=question, top_k=top_k)
    if url is None:
        given = answer(pipeline_of(data_dir), body, recent_of(data_dir))
    else:
        from service.client import post

        given = post(url, "/v1/ask", body.model_dump(mode="json"), AnswerOut)
    print_json(given.model_dump_json()) if as_json else show_answer(given)


def search(
    query: str,
    as_json: AsJson = False,
    url: Url = None,
    top_k: SearchTopK = 10,
    data_dir: DataDir = None,
) -> None:
    """Find passages."""
    from service.asking import results
    from service.schemas.searching import SearchIn, SearchOut
    from service.terminal import print_json, show_results

    body = _checked(SearchIn, query=query, top_k=top_k)
    if url is None:
        found = results(pipeline_of(data_dir), body)
    else:
        from service.client import post

        found = post(url, "/v1/search", body.model_dump(mode="json"), SearchOut)
    print_json(found.model_dump_json()) if as_json else show_results(found)


def _checked(schema: type[_Body], **values: object) -> _Body:
    from pydantic import ValidationError

    from index.errors import InvalidInput

    try:
        return schema.model_validate(values)
    except ValidationError as error:
        raise InvalidInput("cli.question") from error
