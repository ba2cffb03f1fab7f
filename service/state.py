"""What the routes of one application share."""

import logging
from contextlib import suppress
from typing import Annotated

from anyio import CapacityLimiter
from fastapi import Depends, Request

from index.folder import DataFolder
from rag.factory import make_pipeline
from rag.pipeline import Pipeline
from service.admission import Admission
from service.answering import Answering
from service.compaction import Compaction
from service.console.sessions import Sessions
from service.feedback import Feedback
from service.keys import Keys
from service.limits import Limits
from service.metrics import Metrics
from service.recent import Recent
from service.replication import Replication
from service.settings import ServiceSettings
from service.suggesting import Suggesting
from service.tracing import Tracing
from service.widget import WidgetSessions
from service.worker import Worker

_log = logging.getLogger(__name__)
_UPLOADS_AT_A_TIME = 2  # each has a process that parses


class ServiceState:
    """A data folder, the pipeline over it, and the worker that fills it."""

    def __init__(self, settings: ServiceSettings) -> None:
        self.settings = settings
        self.folder = DataFolder(settings)
        self.keys = Keys(self.folder.catalog)
        self.pipeline: Pipeline = make_pipeline(self.folder, settings)
        self.widget = WidgetSessions(self.folder.catalog, self.keys, settings.widget_seconds)
        self.console = Sessions(self.folder.catalog, self.keys, settings.console_seconds)
        self.metrics = Metrics(self.folder.index)
        self.admission = Admission(
            settings.max_concurrent, settings.max_waiting, self.metrics.queue
        )
        self.recent = Recent(
            self.folder.catalog.data_dir,
            0 if settings.writer else settings.kept_answers,  # nobody can say anything of them here
            settings.kept_refusals,
        )
        self.feedback = Feedback(self.folder.catalog)
        self.tracing = Tracing(settings.otlp_endpoint)
        self.answering = Answering(
            self.pipeline,
            self.folder.index,
            self.folder.library,
            self.admission,
            self.recent,
            self.metrics,
            self.tracing,
            settings,
        )
        self.suggesting = Suggesting(self.folder, self.pipeline)
        self.limits = Limits(settings)
        self.compaction = Compaction(self.folder.indexer)
        self.worker = Worker(self.folder.indexer, self.folder.index, self.compaction)
        self.replication = Replication(self.folder)
        self.model_loaded = False
        self.model_failed = False
        self.reading = CapacityLimiter(_UPLOADS_AT_A_TIME)
        self.parsing = CapacityLimiter(1)  # two at a time would only take more memory
        self.backing_up = CapacityLimiter(1)

    def warm_up(self) -> None:
        """Load the model and what else a question needs: the first reader does not wait for it."""
        try:
            self.folder.embedder.embed_queries(["яуап"])
            self.model_loaded = True
        except Exception:
            self.model_failed = True
            _log.exception("the model cannot be loaded")
            return
        with suppress(Exception):  # what fails now fails for the first reader, and is told then
            self.pipeline.search("яуап")


async def _state(request: Request) -> ServiceState:  # else it would be run in a thread
    state: ServiceState = request.app.state.service
    return state


State = Annotated[ServiceState, Depends(_state)]
