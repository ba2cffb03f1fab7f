"""Sentences by their words alone: which of them the model reads."""

import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from index.reader import IndexView
from rag.fusion import load_fusion
from rag.likely import WORD_FEATURES, Likely, likely_sentences, load_promise, most_promising
from rag.questions import question_kind
from rag.retrieval import retrieve
from tests.fakes import fake_folder, ingest
from tests.rag.queries import read_query

OTHERS = " ".join(f"Часть {n} стоит у реки Белой и видна издалека." for n in range(40))
TEXT = f"{OTHERS} Технопарк открыт в Уфе в 2012 году. Его посетили гости. {OTHERS}"


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IndexView]:
    folder = fake_folder(Path(tmp_path_factory.mktemp("likely")), chunk_tokens=64)
    ingest(folder, {"id": "technopark", "text": TEXT}, {"id": "other", "text": OTHERS[:400]})
    with folder.index.view() as opened:
        yield opened


def sentences(view: IndexView, question: str) -> list[Likely]:
    query = read_query(question, view)
    hits = retrieve(view, query, load_fusion(), 8)
    return likely_sentences(view, hits, query, question_kind(question))


def test_the_weights_of_this_version_are_of_its_features_and_say_how_they_were_made() -> None:
    raw = json.loads(files("rag").joinpath("promise.json").read_text(encoding="utf-8"))

    assert {"made_by", "commit", "learned_from", "held_out"} <= set(raw)
    assert list(raw["promise"]) == list(WORD_FEATURES)
    assert load_promise().tolist() == list(raw["promise"].values())


def test_a_sentence_is_found_once_and_stands_where_it_says(view: IndexView) -> None:
    found = sentences(view, "Когда открыт технопарк?")

    assert len({one.text for one in found}) == len(found) > 20
    for one in found:
        assert one.features.shape == (len(WORD_FEATURES),)
        assert np.isfinite(one.features).all()
        if one.hit.passage.document_id == "technopark":
            assert one.span.of(TEXT) == one.text


@pytest.mark.parametrize("question", ["Когда открыт технопарк?", "Технопарк ҡасан асылды?"])
def test_what_holds_the_words_and_the_fact_promises_most(view: IndexView, question: str) -> None:
    found = most_promising(sentences(view, question), 3, load_promise())

    assert len(found) == 3
    assert found[0].text == "Технопарк открыт в Уфе в 2012 году."


def test_of_few_sentences_all_are_kept_and_of_none_none(view: IndexView) -> None:
    found = sentences(view, "Когда открыт технопарк?")

    kept = most_promising(found, 1000, load_promise())
    assert sorted(one.text for one in kept) == sorted(one.text for one in found)
    assert most_promising([], 5, load_promise()) == []
