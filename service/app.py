"""The HTTP application, put together."""

import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool

from service.access import Access
from service.console.install import install_console
from service.cors import CrossOrigin
from service.guard import Guard
from service.heads import Heads
from service.observing import Observing
from service.problems import PROBLEMS, install_problem_handlers
from service.routes import (
    admin,
    asking,
    chat,
    docs,
    documents,
    feedback,
    jobs,
    pages,
    searching,
    status,
    uploads,
    widget,
)
from service.schemas.problems import ProblemOut
from service.settings import ServiceSettings, split
from service.specification import specify
from service.state import ServiceState

_ERRORS: dict[int | str, dict[str, Any]] = {
    code: {"model": ProblemOut} for code in PROBLEMS.values()
}


def create_app(settings: ServiceSettings, warmed_up: Callable[[], None] = lambda: None) -> FastAPI:
    """Return the application over the data folder of ``settings``.

    It answers at once; the model is loaded meanwhile, and ``/readyz`` says when it is there. What
    questions need is loaded when ``warmed_up`` is called, in another thread.
    """
    state = ServiceState(settings)

    def warm_up() -> None:
        state.warm_up()
        warmed_up()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        threading.Thread(target=warm_up, name="warm-up", daemon=True).start()
        state.replication.start()
        if not settings.writer:
            state.worker.start()
        yield
        state.replication.stop()
        if not settings.writer:
            state.worker.stop()
        state.admission.close()
        state.metrics.close()
        await run_in_threadpool(state.tracing.close)

    app = FastAPI(
        title="Yauap",
        summary="Answers in Bashkir and Russian from your own documents, with verified citations",
        version=version("yauap"),
        lifespan=lifespan,
        # Its own spans hold query strings, its records the words of errors; ours: tracing.py.
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
        # Whoever follows a redirect sends question and key to what Host names, without TLS.
        redirect_slashes=False,
        docs_url=None,  # ours is in routes/docs.py
        redoc_url=None,
        responses=_ERRORS,
    )
    app.state.service = state
    origins = split(settings.cors_origins)
    app.add_middleware(Heads)
    app.add_middleware(
        Access, keys=state.keys, widget=state.widget, limits=state.limits, origins=origins
    )
    app.add_middleware(CrossOrigin, keys=state.keys, origins=origins)
    app.add_middleware(
        Guard, max_body_bytes=settings.max_body_bytes, body_seconds=settings.body_timeout
    )
    app.add_middleware(Observing, metrics=state.metrics, tracing=state.tracing)
    install_problem_handlers(app)
    for module in (
        asking, searching, chat, feedback, uploads, documents, jobs, widget, admin, status, pages,
        docs,
    ):  # fmt: skip
        app.include_router(module.router)
    pages.mount_files(app)
    install_console(app)
    specify(app)
    return app
