"""What the routes of one application share."""

from typing import Annotated

from fastapi import Depends, Request

from index.folder import DataFolder
from rag.factory import make_pipeline
from rag.pipeline import Pipeline
from service.settings import ServiceSettings
from service.worker import Worker


class ServiceState:
    """A data folder, the pipeline over it, and the worker that fills it."""

    def __init__(self, settings: ServiceSettings) -> None:
        self.settings = settings
        self.folder = DataFolder(settings)
        self.pipeline: Pipeline = make_pipeline(self.folder, settings)
        self.worker = Worker(self.folder.indexer)
        self.model_loaded = False

    def warm_up(self) -> None:
        """Load the model, so that the first reader does not wait for it."""
        self.folder.embedder.embed_queries(["яуап"])
        self.model_loaded = True


def _state(request: Request) -> ServiceState:
    state: ServiceState = request.app.state.service
    return state


State = Annotated[ServiceState, Depends(_state)]
