"""Which embedder the settings ask for: the one place that knows the concrete classes."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from index.embedding.bundled import ADAPTED_SPEC, BASE_SPEC, bundled_folder
from index.embedding.onnx_embedder import OnnxEmbedder
from index.embedding.protocol import Embedder, EmbedderSpec
from index.embedding.sentence_transformer import SentenceTransformerEmbedder
from index.errors import Unavailable
from index.settings import IndexSettings

_BUNDLED = {"bundled": ADAPTED_SPEC, "bundled-base": BASE_SPEC}
# Models that were trained with a word before each text; others get none.
_PREFIXES = {"e5": ("query: ", "passage: ")}
_WEIGHTS = ("*.json", "*.txt", "*.model", "*.safetensors", "*/*.json", "*/*.safetensors")


def open_embedder(
    settings: IndexSettings, on_convert: Callable[[], None] = lambda: None
) -> Embedder:
    """Return the embedder of ``settings``; its weights are loaded at the first use.

    ``on_convert`` is called before the bundled model is converted for the first time. Raises
    Unavailable where a model of that name cannot be found.
    """
    if settings.model in _BUNDLED:
        spec = _BUNDLED[settings.model]
        locate = partial(bundled_folder, spec, settings.model_dir, on_convert)
        return OnnxEmbedder(_with_prefixes(spec, settings), locate)
    folder = _folder(settings.model)
    spec = _with_prefixes(_spec(settings.model, folder), settings)
    return SentenceTransformerEmbedder(spec, partial(Path, folder), settings.batch_size)


def _with_prefixes(spec: EmbedderSpec, settings: IndexSettings) -> EmbedderSpec:
    given = {"query_prefix": settings.query_prefix, "passage_prefix": settings.passage_prefix}
    return replace(spec, **{name: prefix for name, prefix in given.items() if prefix is not None})


def _folder(model: str) -> Path:
    folder = Path(model).expanduser()
    if folder.is_dir():
        return folder
    from huggingface_hub import snapshot_download  # only a model that is not at hand needs the hub

    try:
        return Path(snapshot_download(model, allow_patterns=list(_WEIGHTS)))
    except (OSError, ValueError) as error:
        raise Unavailable("model.not_found", model=model) from error


def _spec(name: str, folder: Path) -> EmbedderSpec:
    lower = Path(name).name.lower()
    query, passage = next((p for key, p in _PREFIXES.items() if key in lower), ("", ""))
    prompts = _prompts(folder)
    return EmbedderSpec(
        name=Path(name).name,
        revision=_revision(folder),
        query_prefix=prompts.get("query") or query,
        passage_prefix=prompts.get("document") or prompts.get("passage") or passage,
        pooling="of the model",
    )


def _prompts(folder: Path) -> dict[str, str]:
    file = folder / "config_sentence_transformers.json"
    try:
        prompts = json.loads(file.read_text(encoding="utf-8")).get("prompts") or {}
    except (OSError, ValueError):
        return {}
    return {str(key): str(value) for key, value in prompts.items()}


def _revision(folder: Path) -> str:
    """Hash of everything that the vectors depend on: weights, tokenizer, configuration."""
    digest = hashlib.sha256()
    for file in sorted({file for pattern in _WEIGHTS for file in folder.glob(pattern)}):
        with file.open("rb") as stream:
            content = hashlib.file_digest(stream, "sha256").digest()
        digest.update(file.relative_to(folder).as_posix().encode() + content)
    return digest.hexdigest()[:16]
