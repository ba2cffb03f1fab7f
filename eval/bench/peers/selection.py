"""Which systems there are, and what one should know of each."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import cast

from eval.bench.peers.protocol import Place, Searcher

OURS = "yauap"
"""The name of the system that the others are compared with."""


@dataclass(frozen=True, slots=True)
class System:
    """A row of the table.

    ``index`` names the index that it searches, which several systems may share; ``adapted``: over
    Yauap's model rather than the base model; ``packages`` are what it is made of, its versions.
    """

    title: str
    kind: str
    index: str
    packages: tuple[str, ...]
    adapted: bool = False
    note: str = ""


_FAISS = ("langchain-community", "langchain-text-splitters", "faiss-cpu", "sentence-transformers")
_TXTAI = ("txtai", "langchain-text-splitters", "faiss-cpu", "transformers")
SYSTEMS = {
    "naive": System(
        "LangChain, FAISS",
        "langchain_faiss:DefaultFetch",
        "naive",
        _FAISS,
        note="filters the 20 nearest passages, the library's default",
    ),
    "naive-exact": System(
        "LangChain, FAISS, exact filter",
        "langchain_faiss:ExactFilter",
        "naive",
        _FAISS,
        note="the same index, all passages fetched before the filter",
    ),
    "naive-adapted": System(
        "LangChain, FAISS, exact filter, Yauap's model",
        "langchain_faiss:ExactFilter",
        "naive-adapted",
        _FAISS,
        adapted=True,
        note="tells what the model does from what retrieval does",
    ),
    "ensemble": System(
        "LangChain, ensemble with BM25",
        "langchain_ensemble:Ensemble",
        "ensemble",
        (*_FAISS, "langchain-classic", "rank-bm25", "pystemmer"),
        note="Russian Snowball stems, a BM25 for each language, FAISS with an exact filter",
    ),
    "txtai": System(
        "txtai, hybrid",
        "txtai_hybrid:Hybrid",
        "txtai",
        _TXTAI,
        note="filters the 300 best passages, the library's default for 30",
    ),
    "txtai-exact": System(
        "txtai, hybrid, exact filter",
        "txtai_hybrid:ExactFilter",
        "txtai",
        _TXTAI,
        note="the same index, all passages are candidates of the filter",
    ),
    "txtai-bayes": System(
        "txtai, hybrid, exact filter, Bayes",
        "txtai_hybrid:Bayesian",
        "txtai-bayes",
        _TXTAI,
        note="scores of BM25 as probabilities, another fusion that the library offers",
    ),
    "haystack": System(
        "Haystack, in memory, hybrid",
        "haystack_hybrid:InMemoryHybrid",
        "haystack",
        ("haystack-ai", "sentence-transformers-haystack", "sentence-transformers"),
        note="its default BM25L, reciprocal rank fusion, filters before the ranking",
    ),
    OURS: System(
        "Yauap",
        "yauap:Yauap",
        OURS,
        ("yauap", "onnxruntime", "faiss-cpu", "numpy"),
        adapted=True,
        note="ingestion also tells languages, sentences and near-duplicates, and writes durably",
    ),
}


def searcher(name: str, place: Place) -> Searcher:
    """Return a system over ``place``. Raises ImportError where its packages are not installed."""
    module, _, attribute = SYSTEMS[name].kind.partition(":")
    made = getattr(import_module(f"eval.bench.peers.{module}"), attribute)
    return cast(Callable[[Place], Searcher], made)(place)


def missing(names: Iterable[str]) -> list[str]:
    """Return the packages of these systems that are not installed."""
    wanted = dict.fromkeys(package for name in names for package in SYSTEMS[name].packages)
    return [package for package in wanted if not _version(package)]


def versions(name: str) -> dict[str, str | None]:
    """Return the versions of what a system is made of."""
    return {package: _version(package) for package in SYSTEMS[name].packages}


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
