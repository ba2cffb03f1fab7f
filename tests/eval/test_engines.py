import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from eval.engines.corpus import analysed_chunks, query_terms
from eval.engines.protocol import Chunk, Engine, Weighing
from eval.engines.selection import ENGINES, engine_class

MakeEngine = Callable[[], Engine]


def drawn_chunks(count: int) -> list[Chunk]:
    draw = random.Random(0)
    words = [f"{first}{second}ш" for first in "бвгджз" for second in "аиоуы"]
    return [Chunk(n, f"d{n // 3}", draw.choices(words, k=20 + n % 17)) for n in range(count)]


@pytest.fixture(params=ENGINES)
def make_engine(request: pytest.FixtureRequest, tmp_path: Path) -> MakeEngine:
    name: str = request.param
    if name in ("tantivy", "bm25s"):
        pytest.importorskip(name, reason=f"{name} is not installed (the extra «engines»)")

    def make() -> Engine:
        (tmp_path / name).mkdir(exist_ok=True)
        return engine_class(name)(tmp_path / name)

    return make


def test_every_engine_finds_narrows_deletes_and_adds(make_engine: MakeEngine) -> None:
    chunks = drawn_chunks(60)
    query = [chunks[7].terms[0], chunks[8].terms[0], "нетука"]
    holding = {c.id for c in chunks if set(query) & set(c.terms)}
    engine = make_engine()
    engine.build(chunks)
    engine.open()
    everything = engine.search(query, len(chunks))
    assert set(everything) == holding
    assert engine.search(query, 3) == everything[:3]
    assert engine.search([], 3) == engine.search(["нетука"], 3) == []
    even = np.arange(0, 60, 2)
    assert engine.search(query, 60, even) == [n for n in everything if n % 2 == 0]
    gone = [chunk for chunk in chunks if chunk.id in everything[:5]]
    engine.delete(gone)
    engine.open()
    assert set(engine.search(query, 60)) == holding - set(everything[:5])
    engine.add(gone)
    engine.open()
    assert set(engine.search(query, 60)) == holding


def test_every_engine_ranks_nearly_as_plain_bm25(make_engine: MakeEngine) -> None:
    chunks = drawn_chunks(300)
    query = list(dict.fromkeys(chunks[5].terms[:4]))
    engine = make_engine()
    engine.build(chunks)
    engine.open()
    ours = engine.search(query, 30)
    assert len(set(ours) & set(bm25(chunks, query)[:30])) >= 24


def test_engines_that_weigh_alternatives_rank_and_score_by_the_best_of_each_word(
    make_engine: MakeEngine,
) -> None:
    chunks = drawn_chunks(60)
    first, second = chunks[7].terms[0], chunks[8].terms[0]
    engine = make_engine()
    if not isinstance(engine, Weighing):
        pytest.skip("adds up all terms alike")
    engine.build(chunks)
    engine.open()
    every = np.arange(60)

    best, scores = engine.ranked([{first: 1.0, second: 0.5}], 60, every)
    _, whole = engine.ranked([{first: 1.0}], 9, every)
    _, half = engine.ranked([{second: 0.5}], 9, every)

    assert scores == pytest.approx(np.maximum(whole, half).tolist())
    assert [scores[i] for i in best] == sorted((s for s in scores if s), reverse=True)


def test_every_term_of_a_text_is_found(make_engine: MakeEngine) -> None:
    texts = ["Рәсүл Хәмитов 3,5 млн һум бирҙе.", "Мәктәптә дәрестәр башланды."]
    chunks = analysed_chunks((f"d{n}", text) for n, text in enumerate(texts))
    engine = make_engine()
    engine.build(chunks)
    engine.open()
    for chunk in chunks:
        for term in query_terms(texts[chunk.id]):
            assert engine.search([term], 2) == [chunk.id]


def test_chunks_are_whole_paragraphs_of_up_to_200_words() -> None:
    text = "\n".join(["1 " * 90, "2 " * 90, "", "3 " * 450])
    chunks = analysed_chunks([("a", text), ("b", "")])
    assert [len(chunk.terms) for chunk in chunks] == [180, 200, 200, 50]
    assert [chunk.id for chunk in chunks] == [0, 1, 2, 3]
    assert {chunk.document for chunk in chunks} == {"a"}


def bm25(chunks: list[Chunk], query: list[str], k1: float = 1.2, b: float = 0.75) -> list[int]:
    """Robertson and Zaragoza's formula, term by term."""
    mean = sum(len(c.terms) for c in chunks) / len(chunks)
    scores = np.zeros(len(chunks))
    for term in query:
        counts = np.array([list(c.terms).count(term) for c in chunks])
        found = (counts > 0).sum()
        lengths = np.array([len(c.terms) for c in chunks])
        weight = np.log(1 + (len(chunks) - found + 0.5) / (found + 0.5))
        scores += weight * counts / (counts + k1 * (1 - b + b * lengths / mean))
    return [int(n) for n in np.argsort(-scores, kind="stable")]
