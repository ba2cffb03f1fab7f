"""The pipeline as the settings ask for it: the one place that chooses its parts."""

from index.folder import DataFolder
from rag.fusion import load_fusion
from rag.generation.calls import Bounds, GuardedModel
from rag.generation.circuit import Circuit
from rag.generation.rewriting import ModelRewriter
from rag.generation.writer import ModelWriter
from rag.lexicon import Lexicon, load_lexicon
from rag.pipeline import Pipeline
from rag.query import QueryReader
from rag.scoring import load_weights
from rag.sentence_vectors import SentenceVectors
from rag.settings import AnswerSettings


def make_pipeline(
    folder: DataFolder, settings: AnswerSettings, lexicon: Lexicon | None = None
) -> Pipeline:
    """Return the pipeline over an open data folder, with the lexicon of this version or another."""
    lexicon, weights = lexicon or load_lexicon(), load_weights()
    writer, rewriter = _with_a_model(settings, lexicon) if settings.llm_model else (None, None)
    return Pipeline(
        folder.index,
        QueryReader(folder.embedder, folder.centring, lexicon),
        SentenceVectors(folder.embedder, folder.centring),
        load_fusion(),
        weights,
        weights.threshold(settings.accepted_wrong),
        writer,
        rewriter,
    )


def _with_a_model(settings: AnswerSettings, lexicon: Lexicon) -> tuple[ModelWriter, ModelRewriter]:
    # LangChain takes seconds to import, which only those who use it should wait for.
    from rag.generation.chat import ChatModel
    from rag.generation.tokens import count_tokens

    model = GuardedModel(
        ChatModel(settings.llm_base_url, settings.llm_model, settings.llm_api_key),
        Circuit(settings.llm_failures, settings.llm_pause),
        Bounds(settings.llm_timeout, settings.llm_prompt_tokens, count_tokens),
    )
    return ModelWriter(model, lexicon), ModelRewriter(model, lexicon)
