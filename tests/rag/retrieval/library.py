"""A library of short documents in three languages, two long ones, and questions to it."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from hypothesis import strategies as st

from index.filters import Filters
from index.passages import Passage
from index.reader import IndexView
from index.text.analysis import analyse
from rag.fusion import load_fusion
from rag.query import Query
from rag.retrieval import Hit, Mode, retrieve
from tests.rag.queries import lexicon, read_query

_PAIRS = [
    ("мәктәп", "школа"), ("ҡала", "город"), ("өҫтәл", "стол"), ("үҙәк", "центр"),
    ("һөйләм", "предложение"), ("эшләй", "работает"), ("ҡатнаша", "участвует"),
]  # fmt: skip
TRANSLATED = lexicon(*_PAIRS)
WORDS_BA = [*(ba for ba, _ in _PAIRS), "йыл", "яңы", "һәм"]
WORDS_RU = [*(ru for _, ru in _PAIRS), "год", "новый", "было"]
_WORDS_EN = "school table centre works here again".split()
MODES: list[Mode] = ["hybrid", "dense", "lexical"]
QUESTIONS = st.lists(
    st.sampled_from([*WORDS_BA, *WORDS_RU, "school", "бөтөнләй"]), min_size=1, max_size=5
).map(" ".join)
FILTERS = st.builds(
    Filters,
    language=st.lists(st.sampled_from(["ba", "ru", "other", "mixed"]), max_size=2),
    document_id=st.just([])
    | st.lists(st.sampled_from([*(f"d{n:02}" for n in range(65)), "long-ba"]), max_size=30),
    source=st.lists(st.sampled_from(["s0", "s1", "s2", "long", "x"]), max_size=2),
    published_from=st.none() | st.sampled_from([f"2024-01-{n:02}T00:00:00Z" for n in (2, 10, 27)]),
    published_to=st.none() | st.sampled_from([f"2024-01-{n:02}T00:00:00Z" for n in (2, 20, 28)]),
    metadata=st.sampled_from([{}, {"even": [True]}, {"even": [False, True]}, {"even": ["x"]}]),
)


def documents() -> Iterator[dict[str, Any]]:
    """Sixty short documents in three languages, and two long ones."""
    random = np.random.default_rng(11)
    for number in range(60):
        words = (WORDS_BA, WORDS_RU, WORDS_BA, WORDS_RU, _WORDS_EN)[number % 5]
        yield {
            "id": f"d{number:02}",
            "text": _text(words, random, 1 + number % 3),
            "source": f"s{number % 7}",
            "published_at": f"2024-01-{1 + number % 28:02}",
            "metadata": {"even": number % 4 == 0},
        }
    for name, words in (("long-ba", WORDS_BA), ("long-ru", WORDS_RU)):
        yield {"id": name, "text": _text(words, random, 150), "source": "long"}


def _text(words: list[str], random: np.random.Generator, sentences: int) -> str:
    return " ".join(" ".join(random.choice(words, 9)).capitalize() + "." for _ in range(sentences))


def search(
    view: IndexView,
    asked: str | Query,
    top_k: int,
    mode: Mode = "hybrid",
    filters: Filters | None = None,
    grouped: bool = False,
) -> list[Hit]:
    """Return the hits for a question, which is read with the lexicon of the library."""
    query = read_query(asked, view, TRANSLATED) if isinstance(asked, str) else asked
    return retrieve(view, query, load_fusion(), top_k, mode, filters, grouped)


def lets_through(filters: Filters, passage: Passage) -> bool:
    """What the filters mean, said without SQL."""
    number = passage.document_id.removeprefix("d")
    even = int(number) % 4 == 0 if number.isdigit() else None
    published = passage.published_at
    return (
        (not filters.language or passage.language in filters.language)
        and (not filters.document_id or passage.document_id in filters.document_id)
        and (not filters.source or passage.source in filters.source)
        and (
            filters.published_from is None
            or (published is not None and published >= filters.published_from)
        )
        and (
            filters.published_to is None
            or (published is not None and published <= filters.published_to)
        )
        and all(even in allowed for allowed in filters.metadata.values())
    )


def wanted_terms(query: Query) -> set[str]:
    """Return the terms of a query, those of its translations included."""
    return {term for word in query.words for term in word.alternatives}


def held_terms(passage: Passage) -> list[str]:
    """Return the terms of a passage in their order, as often as they stand in it."""
    return [term.text for term in analyse(passage.text)]
