"""Asking with the inside shown. What an operator tries is neither kept nor counted."""

from fastapi import Response
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from service.access import Caller
from service.console.doors import Form, Operator, console_router, field
from service.console.inside import answer_with_inside
from service.refusal import Refusal
from service.schemas.asking import AskIn
from service.state import State

router = console_router()


@router.get("/ask")
def ask_page(pages: Operator) -> Response:
    """Ask for a question."""
    return pages.show("ask", asked=AskIn.model_construct(question=""), inside=None, least=0.0)


@router.post("/ask")
async def ask(pages: Operator, form: Form, state: State) -> Response:
    """Answer, and show what was found, what was considered, and how sure the answer is."""
    names = ("question", "language", "mode", "top_k")
    try:
        body = AskIn.model_validate_strings(
            {name: given for name in names if (given := field(form, name).strip())}
        )
    except ValidationError as error:
        raise Refusal("invalid-request", "cli.question") from error
    caller: Caller = pages.request.state.caller
    inside = await state.answering.run(caller, lambda: answer_with_inside(state.pipeline, body))
    least = round(state.pipeline.min_confidence, 2)
    return await run_in_threadpool(pages.show, "ask", asked=body, inside=inside, least=least)
