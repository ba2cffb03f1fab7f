"""Evidence: the sentences that may answer, their features, and what is learned from them."""

import json
from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from index.embedding.centring import Centring
from index.folder import DataFolder
from index.reader import IndexView
from rag.evidence import FEATURES, Candidate, find_candidates
from rag.fusion import load_fusion
from rag.lexicon import Lexicon
from rag.questions import Kind
from rag.retrieval import retrieve
from rag.scoring import (
    CONFIDENCE_FEATURES,
    Weights,
    confidence,
    confidence_features,
    load_weights,
    ranked,
)
from rag.sentence_vectors import SentenceVectors
from tests.fakes import FakeEmbedder, fake_folder, ingest
from tests.rag.queries import NO_LEXICON, lexicon, read_query

TEXTS = {
    "ba": "2011 йылда Кластерлы үҫеш үҙәге булдырылды. Уның етәксеһе Антон Ковалев булды. "
    "Был яҡшы. Мәктәптәр һаны 2036 йылға 40 булыр.",
    "ru": "Центр кластерного развития создан в 2012 году. К 2036 году построят 40 школ. "
    "Председатель правления Олег Тыщенко подчеркнул важность работы. " + "И ещё слово, " * 40,
    "copy": "2011 йылда Кластерлы үҫеш үҙәге булдырылды.",
}


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IndexView]:
    folder: DataFolder = fake_folder(tmp_path_factory.mktemp("evidence"), chunk_tokens=64)
    ingest(folder, *({"id": i, "text": text} for i, text in TEXTS.items()))
    with folder.index.view() as opened:
        yield opened


def candidates(
    view: IndexView, question: str, kind: Kind, words: Lexicon = NO_LEXICON
) -> list[Candidate]:
    query = read_query(question, view, words)
    hits = retrieve(view, query, load_fusion(), 8)
    return find_candidates(view, query, kind, hits, SentenceVectors(FakeEmbedder(), Centring({})))


def feature(candidate: Candidate, name: str) -> float:
    return float(candidate.features[FEATURES.index(name)])


def by_text(found: list[Candidate], beginning: str) -> Candidate:
    return next(candidate for candidate in found if candidate.text.startswith(beginning))


def test_candidates_are_sentences_of_their_documents(view: IndexView) -> None:
    found = candidates(view, "Когда создан Центр кластерного развития?", "when")

    assert len(found) > 5
    for candidate in found:
        assert candidate.span.of(TEXTS[candidate.hit.passage.document_id]) == candidate.text
        assert all(fact.span.of(candidate.text) == fact.text for fact in candidate.facts)
        assert candidate.features.shape == (len(FEATURES),)
        assert np.isfinite(candidate.features).all()


def test_the_same_sentence_of_two_documents_is_one_candidate(view: IndexView) -> None:
    found = candidates(view, "Кластерлы үҫеш үҙәге ҡасан булдырылды?", "when")

    texts = [candidate.text for candidate in found]
    assert len(set(texts)) == len(texts)
    assert texts.count(TEXTS["copy"]) == 1


def test_a_sentence_that_holds_what_is_asked_for_is_told(view: IndexView) -> None:
    found = candidates(view, "Кластерлы үҫеш үҙәге ҡасан булдырылды?", "when")
    dated, plain = by_text(found, "2011"), by_text(found, "Был яҡшы")

    assert (feature(dated, "expected_fact"), feature(dated, "missing_fact")) == (1, 0)
    assert (feature(plain, "expected_fact"), feature(plain, "missing_fact")) == (0, 1)
    assert (feature(plain, "leans_back"), feature(dated, "leans_back")) == (1, 0)
    assert (feature(plain, "short"), feature(dated, "short")) == (1, 0)


def test_what_the_question_says_itself_is_not_what_it_asks_for(view: IndexView) -> None:
    found = candidates(view, "Сколько школ построят к 2036 году?", "how_many")
    sentence = by_text(found, "К 2036 году")

    assert "40 школ" in [fact.text for fact in sentence.facts]
    assert not any("2036" in fact.text for fact in sentence.facts)


def test_a_question_that_expects_no_fact_misses_none(view: IndexView) -> None:
    for candidate in candidates(view, "Что подчеркнул председатель?", "what"):
        assert (feature(candidate, "expected_fact"), feature(candidate, "missing_fact")) == (0, 0)


def test_sentences_of_the_other_language_are_foreign(view: IndexView) -> None:
    found = candidates(view, "Когда создан Центр кластерного развития?", "when")
    russian, bashkir = by_text(found, "Центр"), by_text(found, "2011")

    assert (russian.language, feature(russian, "foreign")) == ("ru", 0)
    assert (bashkir.language, feature(bashkir, "foreign")) == ("ba", 1)
    assert feature(russian, "foreign_coverage") == 0
    assert feature(bashkir, "foreign_coverage") == feature(bashkir, "coverage")


def test_coverage_is_the_share_of_the_questions_terms(view: IndexView) -> None:
    found = candidates(view, "Центр кластерного развития создан в 2012 году", "unknown")

    assert feature(by_text(found, "Центр"), "coverage") == pytest.approx(1)
    assert feature(by_text(found, "Был яҡшы"), "coverage") == 0
    assert all(0 <= feature(candidate, "coverage") <= 1 for candidate in found)


def test_a_translation_covers_a_word_of_the_question(view: IndexView) -> None:
    words = lexicon(("үҙәк", "центр"), ("үҫеш", "развитие"))
    question = "Центр кластерного развития"

    (alone, *_), (with_words, *_) = (
        [feature(by_text(candidates(view, question, "unknown", w), "2011"), "coverage")]
        for w in (NO_LEXICON, words)
    )

    assert alone == 0
    assert 0.5 < with_words < 1


def test_what_the_question_says_in_the_other_language_is_said_too(view: IndexView) -> None:
    found = candidates(view, "2036 йылға нисә мәктәп төҙөләсәк?", "how_many")
    sentence = by_text(found, "К 2036 году")

    assert "40 школ" in [fact.text for fact in sentence.facts]
    assert ["2036" in fact.text for fact in sentence.said] == [True]


def test_a_question_without_terms_has_candidates_without_coverage(view: IndexView) -> None:
    found = candidates(view, "😀?", "unknown")

    assert found
    assert {feature(candidate, "coverage") for candidate in found} == {0.0}


def test_no_hits_have_no_candidates(folder: DataFolder) -> None:
    with folder.index.view() as empty:
        assert candidates(empty, "Когда?", "when") == []


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Президент Башкортостана", False),
        ("Кто сообщил о выступлении президента?", True),
        ("Президент сығышы тураһында кем хәбәр итте?", True),
    ],
)
def test_who_said_it_answers_nothing_but_who_said_it(
    tmp_path: Path, question: str, found: bool
) -> None:
    said = "Был хаҡта Башҡортостан Президентының матбуғат хеҙмәте хәбәр итә."
    folder = fake_folder(tmp_path)
    ingest(folder, {"id": "a", "text": f"Президент Мәскәүҙә сығыш яһаны. {said}"})
    with folder.index.view() as view:
        assert (said in [one.text for one in candidates(view, question, "unknown")]) is found


def weights(**sentence: float) -> Weights:
    values = np.zeros(len(FEATURES))
    for name, value in sentence.items():
        values[FEATURES.index(name)] = value
    return Weights(values, np.zeros(len(CONFIDENCE_FEATURES)), 0.0, [])


def test_candidates_are_ranked_by_the_weighted_sum_of_their_features(view: IndexView) -> None:
    found = candidates(view, "Центр кластерного развития создан в 2012 году", "when")

    best_first = ranked(found, weights(coverage=2.0, short=-1.0))

    scores = [scored.score for scored in best_first]
    assert scores == sorted(scores, reverse=True)
    assert scores == [
        pytest.approx(2 * feature(s.candidate, "coverage") - feature(s.candidate, "short"))
        for s in best_first
    ]
    assert best_first[0].candidate.text.startswith("Центр")


def test_equal_scores_stand_in_a_fixed_order(view: IndexView) -> None:
    found = candidates(view, "Центр кластерного развития", "unknown")

    one = [s.candidate.text for s in ranked(found, weights())]
    other = [s.candidate.text for s in ranked(found[::-1], weights())]

    assert one == other


def test_confidence_is_the_logistic_of_its_features(view: IndexView) -> None:
    best_first = ranked(candidates(view, "Центр развития", "what"), weights(coverage=1.0))
    margin = CONFIDENCE_FEATURES.index("margin")
    learned = replace(weights(), confidence=np.eye(len(CONFIDENCE_FEATURES))[margin], bias=-1.0)

    expected = best_first[0].score - best_first[1].score
    best, second = best_first[0], best_first[1]
    row = confidence_features(best.candidate.features, best.score, second.score)
    assert row[margin] == pytest.approx(expected)
    assert confidence(best_first, learned) == pytest.approx(1 / (1 + np.exp(1 - expected)))


@pytest.mark.parametrize("bias", [-1e9, -5.0, 0.0, 5.0, 1e9])
def test_confidence_is_a_probability(view: IndexView, bias: float) -> None:
    best_first = ranked(candidates(view, "Центр развития", "what"), load_weights())

    for among in (best_first, best_first[:1]):
        assert 0 < confidence(among, replace(load_weights(), bias=bias)) < 1


def test_the_weights_are_those_of_the_features_and_say_where_they_come_from() -> None:
    raw = json.loads(files("rag").joinpath("weights.json").read_text(encoding="utf-8"))

    assert list(raw["sentence"]) == list(FEATURES)
    assert list(raw["confidence"]) == [*CONFIDENCE_FEATURES, "bias"]
    assert {"made_by", "learned_from"} <= set(raw)
    loaded = load_weights()
    assert loaded.sentence.tolist() == list(raw["sentence"].values())
    assert [*loaded.confidence.tolist(), loaded.bias] == list(raw["confidence"].values())
