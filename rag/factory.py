"""The pipeline as the settings ask for it: the one place that chooses its parts."""

from index.folder import DataFolder
from rag.evidence import SentenceVectors
from rag.fusion import load_fusion
from rag.lexicon import Lexicon, load_lexicon
from rag.pipeline import Pipeline
from rag.query import QueryReader
from rag.scoring import load_weights
from rag.settings import AnswerSettings


def make_pipeline(
    folder: DataFolder, settings: AnswerSettings, lexicon: Lexicon | None = None
) -> Pipeline:
    """Return the pipeline over an open data folder, with the lexicon of this version or another."""
    return Pipeline(
        folder.index,
        QueryReader(folder.embedder, folder.centring, lexicon or load_lexicon()),
        SentenceVectors(folder.embedder, folder.centring),
        load_fusion(),
        load_weights(),
        settings.min_confidence,
    )
