"""The functions whose time is a stage: the one list of them.

A function of another stage that is called within one counts for its own stage alone. What is not
named here counts for the stage that called it.
"""

from collections.abc import Mapping, Sequence

Anchors = Mapping[str, Sequence[str]]
"""Functions by their stage, each as «module:name» or «module:Class.name»."""

_EMBEDDER = "index.embedding.prefixed:PrefixedEmbedder"
_TOKENS = "index.embedding.onnx_embedder:OnnxEmbedder"
_VIEW = "index.reader:IndexView"

QUERY: Anchors = {
    "encode": [f"{_EMBEDDER}.encode_queries"],
    "words": ["rag.query:QueryReader.read"],
    "dense": [f"{_VIEW}.dense"],
    "lexical": [f"{_VIEW}.lexical"],
    "features": [f"{_VIEW}.dense_scores", f"{_VIEW}.lexical_scores"],
    "passages": [f"{_VIEW}.passages"],
    "highlights": ["index.text.places:places"],
    "relations": [f"{_VIEW}.relatives"],
    "fusion, order, the rest": ["rag.pipeline:Pipeline.search"],
}

ANSWER: Anchors = {
    **{stage: names for stage, names in QUERY.items() if stage != "fusion, order, the rest"},
    "sentences encoded": ["rag.sentence_vectors:SentenceVectors.of"],
    "sentences chosen and compared": ["rag.evidence:find_candidates"],
    "confidence": ["rag.scoring:ranked", "rag.scoring:confidence"],
    "wording and citations": ["rag.extractive:extractive_parts"],
    "fusion, order, the rest": ["rag.pipeline:Pipeline.ask"],
}

DOCUMENT: Anchors = {
    "parse, check, queue": ["index.ingest:accept_files"],
    "chunk": ["index.chunking:chunk_text"],
    "tokenise": [f"{_TOKENS}.count_tokens", f"{_TOKENS}.first_tokens"],
    "languages": ["index.text.language:detect_language"],
    "embed": [f"{_EMBEDDER}.embed_passages"],
    "near-duplicates": ["index.duplicates:assign"],
    "catalog": [
        "index.staging:Stager._next_batch",
        "index.staging:Stager._write",
        "index.jobs:Jobs.get",
    ],
    "terms": ["index.lexical:write_lexical"],
    "vectors": ["index.dense:build", "index.dense:updated"],
    "translations": ["index.translations:find_links"],
    "publish": ["index.publish:publish"],
}
