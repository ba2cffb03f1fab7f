"""The HTTP application, put together."""

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI

from service.guard import Guard
from service.problems import install_problem_handlers
from service.routes import asking, documents, jobs, pages, status
from service.schemas import ProblemOut
from service.settings import ServiceSettings
from service.state import ServiceState

_ERRORS = {
    code: {"model": ProblemOut, "content": {"application/problem+json": {}}}
    for code in (400, 403, 404, 410, 413, 422, 503)
}


def create_app(settings: ServiceSettings) -> FastAPI:
    """Return the application over the data folder of ``settings``.

    It answers at once; the model is loaded meanwhile, and ``/readyz`` says when it is there.
    """
    state = ServiceState(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        threading.Thread(target=state.warm_up, name="warm-up", daemon=True).start()
        state.worker.start()
        yield
        state.worker.stop()

    app = FastAPI(
        title="Yauap",
        summary="Answers in Bashkir and Russian from your own documents, with verified citations",
        version=version("yauap"),
        lifespan=lifespan,
        docs_url=None,  # the usual page loads its scripts from elsewhere
        redoc_url=None,
        responses=_ERRORS,  # type: ignore[arg-type] # keys are statuses
    )
    app.state.service = state
    app.add_middleware(Guard, max_body_bytes=settings.max_body_bytes)
    install_problem_handlers(app)
    for module in (asking, documents, jobs, status, pages):
        app.include_router(module.router)
    pages.mount_files(app)
    return app
