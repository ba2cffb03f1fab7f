"""The state of the index, its compaction and backup."""

from typing import Literal

from fastapi import Response

from service.administration import compact, index_out
from service.backups import backup_response
from service.console.doors import Form, Operator, console_router
from service.state import State

router = console_router()

_MOST_SOURCES = 20


@router.get("")
def index_page(
    pages: Operator, state: State, done: Literal["compaction"] | None = None
) -> Response:
    """Show what is in the index."""
    index = index_out(state, pages.language)
    sources = sorted(index.counts.by_source.items(), key=lambda pair: (-pair[1], pair[0]))
    return pages.show(
        "index",
        index=index,
        sources=sources[:_MOST_SOURCES],
        more_sources=max(0, len(sources) - _MOST_SOURCES),
        keyless=not state.keys.are_configured(),
        done=done,
    )


@router.post("/compaction")
def ask_for_compaction(pages: Operator, _: Form, state: State) -> Response:
    """Have removed from disk what was deleted."""
    compact(state)
    return pages.go("", done="compaction")


@router.post("/backup")
async def backup(_: Form, state: State) -> Response:
    """Give the data folder as a file."""
    return await backup_response(state)
