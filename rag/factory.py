"""The pipeline as the settings ask for it: the one place that chooses its parts."""

from index.folder import DataFolder
from rag.pipeline import Pipeline
from rag.scoring import load_weights
from rag.settings import AnswerSettings


def make_pipeline(folder: DataFolder, settings: AnswerSettings) -> Pipeline:
    """Return the pipeline over an open data folder."""
    return Pipeline(folder.index, folder.embedder, load_weights(), settings.min_confidence)
