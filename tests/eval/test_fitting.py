"""What is learned: planted signals are found, nothing leaks from what is judged."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.evidence import GoldSpan
from eval.fitting.centring import learn_centring
from eval.fitting.examples import Asked, Example
from eval.fitting.fusion import Ranking, as_json, design, fit_fusion, folds
from eval.fitting.fusion_figures import fusion_figures
from eval.fitting.indexing import index_corpus
from eval.fitting.models import Fitted, figures, fit, held_out, thresholds
from eval.fitting.rankings import Sought, _targets, headlines, questions, rank
from eval.headlines import Headline, HeadlineBenchmark
from index.documents import Document
from index.embedding.centring import load_centring
from index.passages import Passage
from index.settings import IndexSettings
from index.text.language import Language
from index.text.spans import Span
from rag.evidence import FEATURES
from rag.fusion import FUSED, LANGUAGES, FusionWeights, load_fusion
from rag.scoring import CONFIDENCE_FEATURES, load_weights
from rag.settings import AnswerSettings
from tests.fakes import FAKE_SPEC, FakeEmbedder, open_folder


def drawn_examples(count: int, answerable: bool = True, seed: int = 0) -> list[Example]:
    """Questions of six sentences each, of which the one with the largest first feature answers."""
    draw = np.random.default_rng(seed)
    examples = []
    for number in range(count):
        features = draw.normal(size=(6, len(FEATURES)))
        features[:, 0] = 0.0
        answers = np.zeros(6, bool)
        if answerable:
            answers[draw.integers(6)] = True
            features[:, 0] = np.where(answers, 3.0, 0.0)
        examples.append(
            Example("drawn", f"{answerable}-{number // 2}", answerable, features, answers)
        )
    return examples


def first_answers(examples: Sequence[Example]) -> dict[str, float]:
    report: dict[str, dict[str, float]] = figures(held_out(examples), threshold=0.5)
    return report["drawn"]


def test_a_planted_signal_is_learned_and_found_on_unseen_groups() -> None:
    report = first_answers([*drawn_examples(80), *drawn_examples(80, answerable=False, seed=1)])
    assert report["first_sentence"] == 1.0
    assert report["unanswerable_refused"] > 0.9
    assert report["answerable_refused"] < 0.1


def test_noise_is_not_learned() -> None:
    examples = drawn_examples(80)
    noise = [
        Example(e.source, e.group, True, np.delete(e.features, 0, 1), e.answers) for e in examples
    ]
    padded = [
        Example(e.source, e.group, True, np.pad(e.features, ((0, 0), (0, 1))), e.answers)
        for e in noise
    ]
    assert first_answers(padded)["first_sentence"] < 0.4


def test_no_group_is_split_between_learning_and_judging() -> None:
    examples = [*drawn_examples(40), *drawn_examples(40, answerable=False, seed=1)]
    learned_without: dict[str, Fitted] = {}
    for example, fitted in held_out(examples):
        learned_without.setdefault(example.group, fitted)
        assert learned_without[example.group] is fitted


def test_the_weights_of_this_version_fit_its_features_and_say_how_they_were_made() -> None:
    weights = load_weights()
    assert weights.sentence.shape == (len(FEATURES),)
    assert weights.confidence.shape == (len(CONFIDENCE_FEATURES),)


def test_a_threshold_takes_no_more_wrong_answers_than_it_was_asked_to() -> None:
    pairs = held_out([*drawn_examples(60), *drawn_examples(60, answerable=False, seed=1)])
    sure = np.array([fitted.confidence_of(example) for example, fitted in pairs])
    right = np.array([fitted.is_right(example) for example, fitted in pairs])
    found = thresholds(pairs)
    assert list(found) == sorted(found)
    assert list(found.values()) == sorted(found.values(), reverse=True)
    for share, least in found.items():
        answered = sure >= least - 1e-4
        assert (~right[answered]).mean() <= float(share) + 1 / answered.sum()
    assert 0.5 in map(float, found)  # half of all could be answered and be wrong


def test_no_threshold_is_told_of_what_too_few_questions_say() -> None:
    few = [*drawn_examples(10), *drawn_examples(9, answerable=False, seed=1)]
    assert thresholds(held_out(few)) == {}


def test_the_share_of_wrong_answers_is_turned_into_a_confidence() -> None:
    weights = replace(load_weights(), thresholds=[(0.2, 0.8), (0.4, 0.5)])
    asked = (0.0, 0.1, 0.2, 0.3, 0.4, 0.7, 1.0)
    assert [weights.threshold(share) for share in asked] == pytest.approx(
        [1.0, 0.9, 0.8, 0.65, 0.5, 0.25, 0.0]
    )
    own = [load_weights().threshold(share) for share in np.linspace(0, 1, 21)]
    assert own == sorted(own, reverse=True)


def test_learning_twice_gives_the_same_weights() -> None:
    examples = [*drawn_examples(30), *drawn_examples(30, answerable=False, seed=1)]
    one, other = fit(examples), fit(examples)
    assert np.array_equal(one.sentence, other.sentence)
    assert np.array_equal(one.confidence, other.confidence)
    assert one.bias == other.bias


PLANTED = FusionWeights(
    {
        ("ba", "ba"): np.array([6.0, 2.0, 1.0, 3.0, 0.0]),
        ("ba", "ru"): np.array([3.0, 1.0, 5.0, 2.0, 2.0]),
        ("ru", "ba"): np.array([2.0, 4.0, 2.0, 6.0, -1.0]),
        ("ru", "ru"): np.array([5.0, 3.0, 4.0, 1.0, 1.0]),
    }
)


def scores(
    ranking: Ranking, weights: FusionWeights
) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    of_ba, of_ru = (weights.fuse(ranking.features, ranking.asked, s) for s in LANGUAGES)
    return np.where(ranking.bashkir, of_ba, of_ru)


def drawn_rankings(count: int, asked: str, by_document: bool, seed: int = 0) -> list[Ranking]:
    """Rankings of thirty passages, in which the best by PLANTED is right, or its document."""
    draw = np.random.default_rng([seed, LANGUAGES.index(asked)])
    rankings = []
    for number in range(count):
        features = draw.uniform(0, 1, (30, len(FUSED))).astype(np.float32)
        targets = np.arange(30) // 3 if by_document else np.arange(30)
        bashkir = draw.random(30) < 0.5
        blank = Ranking(f"{asked}{number // 2}", asked, features, bashkir, targets, frozenset())
        best = int(targets[np.argmax(scores(blank, PLANTED))])
        right = frozenset([best])
        rankings.append(replace(blank, right=right))
    return rankings


def first_is_right(rankings: Sequence[Ranking], weights: FusionWeights) -> float:
    firsts = [int(r.targets[np.argmax(scores(r, weights))]) in r.right for r in rankings]
    return float(np.mean(firsts))


@pytest.mark.parametrize("by_document", [False, True])
def test_a_planted_order_of_both_languages_is_learned(by_document: bool) -> None:
    learned = fit_fusion([r for a in LANGUAGES for r in drawn_rankings(150, a, by_document)])

    assert set(learned.by_pair) == set(PLANTED.by_pair)
    for asked in LANGUAGES:
        unseen = drawn_rankings(100, asked, by_document, seed=1)
        flat = FusionWeights(
            {pair: np.append(np.ones(len(FUSED)), 0.0) for pair in PLANTED.by_pair}
        )
        assert first_is_right(unseen, flat) < 0.7
        assert first_is_right(unseen, learned) > 0.9
        # Their scale is a matter of the ridge; their proportions are what was planted.
        for spoken in LANGUAGES:
            found, planted = (w.by_pair[asked, spoken][:-1] for w in (learned, PLANTED))
            cosine = found @ planted / np.linalg.norm(found) / np.linalg.norm(planted)
            assert cosine > 0.97


def test_rankings_in_one_language_do_not_change_the_weights_of_the_other() -> None:
    bashkir, russian = (drawn_rankings(30, asked, by_document=True) for asked in LANGUAGES)
    one, other = fit_fusion([*bashkir, *russian]), fit_fusion([*bashkir, *russian[:10]])

    for spoken in LANGUAGES:
        assert np.array_equal(one.by_pair["ba", spoken], other.by_pair["ba", spoken])
        assert not np.allclose(one.by_pair["ru", spoken], other.by_pair["ru", spoken])


def test_what_finds_nothing_right_teaches_nothing() -> None:
    rankings = [r for asked in LANGUAGES for r in drawn_rankings(30, asked, by_document=True)]
    lost = [
        replace(r, group=f"lost {r.group}", features=-r.features, right=frozenset([99]))
        for r in rankings
    ]

    assert not any(ranking.is_found for ranking in lost)
    assert all(ranking.is_found for ranking in rankings)
    assert as_json(fit_fusion([*rankings, *lost])) == as_json(fit_fusion(rankings))


def test_a_ranking_counts_by_its_weight() -> None:
    twice = [r for asked in LANGUAGES for r in drawn_rankings(20, asked, by_document=False)]
    heavy = [replace(ranking, weight=2.0 if n == 0 else 1.0) for n, ranking in enumerate(twice)]

    one, other = fit_fusion([twice[0], *twice]), fit_fusion(heavy)

    for pair, weights in one.by_pair.items():
        np.testing.assert_allclose(weights, other.by_pair[pair], rtol=0.02, atol=0.02)


def test_the_features_stand_in_the_columns_of_the_passages_language() -> None:
    ranking = drawn_rankings(1, "ba", by_document=False)[0]
    rows = design(ranking)
    width = len(FUSED) + 1

    assert rows.shape == (30, 2 * width)
    for row, features, bashkir in zip(rows, ranking.features, ranking.bashkir, strict=True):
        halves = row[:width], row[width:]
        own, other = halves if bashkir else halves[::-1]
        assert own.tolist() == [*features.tolist(), 1.0]
        assert not other.any()


@given(
    st.lists(st.sampled_from([f"article {n}" for n in range(12)]), min_size=1, max_size=40),
    st.integers(2, 6),
    st.integers(0, 5),
)
def test_folds_never_split_a_group_and_are_of_one_size(
    groups: list[str], count: int, seed: int
) -> None:
    none = np.zeros(0)
    rankings = [
        Ranking(g, "ba", np.zeros((0, 3), np.float32), none > 0, none.astype(np.int64), frozenset())
        for g in groups
    ]

    fold = folds(rankings, count, seed)

    assert set(fold) == set(groups)  # one fold each, whatever number of rankings it has
    sizes = [list(fold.values()).count(number) for number in range(count)]
    assert max(sizes) - min(sizes) <= 1
    assert folds(rankings[::-1], count, seed) == fold


def test_what_is_written_is_what_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    learned = fit_fusion([r for a in LANGUAGES for r in drawn_rankings(30, a, by_document=True)])
    text = json.dumps({"made_by": "a test", **as_json(learned)}, ensure_ascii=False)
    (tmp_path / "fusion.json").write_text(text, encoding="utf-8")
    monkeypatch.setattr("rag.fusion.files", lambda package: tmp_path)

    read = load_fusion.__wrapped__()

    assert as_json(read) == as_json(learned)
    for pair, weights in learned.by_pair.items():
        np.testing.assert_allclose(read.by_pair[pair], weights, atol=5e-4)


def test_a_way_that_ranks_perfectly_has_the_figure_1() -> None:
    chunk, document = FUSED.index("chunk"), FUSED.index("document")
    found = []
    for asked in LANGUAGES:
        for number, ranking in enumerate(drawn_rankings(40, asked, by_document=False)):
            features = ranking.features.copy()
            features[:, chunk] = ranking.targets == number % 30
            features[:, document] = 1 - features[:, chunk]
            right = frozenset([number % 30])
            found.append(
                (
                    Sought(f"toy {asked}", "", ranking.group),
                    replace(ranking, features=features, right=right),
                )
            )

    report = fusion_figures(found)

    perfect = {"toy ba": 1.0, "toy ru": 1.0}
    assert report["chunk alone"] == perfect
    assert report["learned"] == perfect
    assert report["learned, without dense"] == perfect
    assert all(value < 0.5 for value in report["dense alone"].values())
    assert report["document alone"] == {"toy ba": 0.0, "toy ru": 0.0}
    assert set(report) == {
        "learned", "reciprocal rank fusion", "z-scores, lexical at half weight",
        *(f"{name} alone" for name in FUSED), *(f"learned, without {name}" for name in FUSED),
    }  # fmt: skip


def test_a_right_document_that_was_not_found_counts_as_lost() -> None:
    rankings = [r for asked in LANGUAGES for r in drawn_rankings(10, asked, by_document=True)]
    one_of_two = [replace(ranking, right=ranking.right | {99}) for ranking in rankings]
    perfect = 1 / (1 + 1 / np.log2(3))

    report = fusion_figures([(Sought("toy", "", r.group), r) for r in one_of_two])

    assert all(figures["toy"] <= round(perfect, 3) for figures in report.values())
    assert report["learned"]["toy"] > 0.9 * perfect


def passage(number: int, document: str, start: int, language: Language = "ru") -> Passage:
    text = "т" * 10
    return Passage(
        number, document, 1, None, None, language, None, None, Span(start, start + 10), text
    )


PASSAGES = [
    passage(1, "a:ba", 0, "ba"), passage(2, "a:ru", 0), passage(3, "b", 0), passage(4, "a:ru", 10),
    passage(5, "a:ru", 20),
]  # fmt: skip


def test_a_headline_seeks_documents_by_whichever_passage() -> None:
    sought = Sought("headlines ba", "?", "a", documents=frozenset(["a:ba", "a:ru"]))

    targets, right = _targets(sought, PASSAGES)

    assert targets.tolist() == [0, 1, 2, 1, 1]
    assert right == {0, 1}


def test_a_document_that_no_passage_is_of_is_a_target_that_is_not_found() -> None:
    targets, right = _targets(Sought("x", "?", "g", documents=frozenset(["a:ba", "z"])), PASSAGES)

    assert len(right) == 2
    assert right & set(targets.tolist()) == {0}


def test_a_question_seeks_the_passages_that_hold_its_evidence() -> None:
    gold = [GoldSpan("a:ru", "ru", Span(12, 16)), GoldSpan("b", "ru", Span(0, 4))]

    targets, right = _targets(Sought("news", "?", "g", gold=gold), PASSAGES)

    assert targets.tolist() == [0, 1, 2, 3, 4]
    assert right == {2, 3}


def test_evidence_that_was_not_found_is_no_target() -> None:
    gold = [GoldSpan("z", "ru", Span(0, 4))]

    _, right = _targets(Sought("news", "?", "g", gold=gold), PASSAGES)

    assert right == frozenset()


def test_headlines_are_sought_as_they_are_and_as_they_are_typed() -> None:
    benchmark = HeadlineBenchmark([Headline("n-1", "ba", "Ҡала"), Headline("n-1", "ru", "Уфа")], {})

    found = list(headlines(benchmark))

    assert [(one.source, one.text) for one in found] == [
        ("headlines ba", "Ҡала"), ("headlines typed", "Кала"), ("headlines ru", "Уфа"),
    ]  # fmt: skip
    assert {one.group for one in found} == {"n-1"}
    assert {one.documents for one in found} == {frozenset(["n-1:ba", "n-1:ru"])}
    assert [one.weight < 1 for one in found] == [False, True, False]


def test_only_questions_with_evidence_are_sought() -> None:
    gold = [GoldSpan("a", "ru", Span(0, 4))]
    (only,) = questions("news", [Asked("Где?", gold, "g"), Asked("Кто?", (), "h")], 2.0)

    assert (only.source, only.text, only.group, only.gold) == ("news", "Где?", "g", gold)
    assert (only.documents, only.weight) == (frozenset(), 2.0)


CORPUS = {
    document.id: document
    for document in (
        Document("n-1:ba", "Өфөлә яңы мәктәп асылды.", language="ba"),
        Document("n-1:ru", "В Уфе открыли новую школу.", language="ru"),
        Document("n-2:ru", "Пушкин написал роман.", language="ru"),
    )
}


@pytest.fixture
def fake_model(monkeypatch: pytest.MonkeyPatch) -> FakeEmbedder:
    """The model of every data folder that the test opens."""
    embedder = FakeEmbedder()
    monkeypatch.setattr("index.folder.open_embedder", lambda settings, on_convert: embedder)
    return embedder


def test_rankings_are_of_the_candidates_that_the_pipeline_finds(
    tmp_path: Path, fake_model: FakeEmbedder
) -> None:
    both = frozenset(["n-1:ba", "n-1:ru"])
    gold = [GoldSpan("n-1:ru", "ru", Span(0, 10))]
    sought = [
        Sought("headlines ba", "Өфөлә мәктәп асылды", "n-1", both, weight=0.3),
        Sought("news", "Где открыли школу?", "n-1", gold=gold),
    ]

    (headline, one), (question, other) = rank(tmp_path, CORPUS, sought)

    assert [headline, question] == sought
    assert (one.asked, other.asked) == ("ba", "ru")
    assert (one.group, one.weight, other.weight) == ("n-1", 0.3, 1.0)
    for ranking in (one, other):
        assert ranking.features.shape == (3, len(FUSED))
        assert ranking.bashkir.sum() == 1
        assert ranking.is_found
    assert len(one.right) == 2
    assert set(one.targets[one.bashkir].tolist()) <= one.right
    (right,) = other.right
    assert not other.bashkir[right]
    assert first_is_right([one, other], load_fusion()) == 1.0


def test_nothing_is_embedded_twice(tmp_path: Path, fake_model: FakeEmbedder) -> None:
    settings = AnswerSettings(data_dir=tmp_path)
    index_corpus(settings, CORPUS.values())
    embedded = len(fake_model.embedded)
    data = index_corpus(settings, CORPUS.values())

    assert embedded == len(fake_model.embedded) == 3
    with data.index.view() as view:
        assert sorted({p.document_id for p in view.passages(range(9))}) == sorted(CORPUS)


def test_an_index_that_another_version_made_is_made_anew(
    tmp_path: Path, fake_model: FakeEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = AnswerSettings(data_dir=tmp_path)
    index_corpus(settings, CORPUS.values())
    monkeypatch.setattr("index.snapshot.ANALYSER_VERSION", "another")

    data = index_corpus(settings, CORPUS.values())

    with data.index.view() as view:
        assert not view.is_empty


def test_the_means_of_each_language_are_learned_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.embedding.centring._FOLDER", tmp_path)
    articles = [
        {
            "doc_id": f"n-{n}",
            "title_ba": f"Башлыҡ {n}",
            "title_ru": f"Заголовок {n}",
            "body_ba": f"Яңылыҡ {n}. Икенсе һөйләм.",
            "body_ru": f"Новость {n}. Второе предложение.",
        }
        for n in range(6)
    ]
    file = tmp_path / "articles.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in articles), encoding="utf-8")
    embedder = FakeEmbedder()
    told: list[str] = []

    learn_centring(embedder, file, 64, told.append)

    assert len(told) == 4
    learned = load_centring(FAKE_SPEC)
    assert set(learned.means) == {
        f"{r}.{one}" for r in ("queries", "passages") for one in LANGUAGES
    }
    titles = [str(row["title_ba"]) for row in articles]
    expected = embedder.embed_queries(titles).mean(axis=0)
    np.testing.assert_allclose(learned.means["queries.ba"], expected, atol=1e-6)
    bodies = embedder.embed_passages([str(row["body_ru"]) for row in articles]).mean(axis=0)
    np.testing.assert_allclose(learned.means["passages.ru"], bodies, atol=1e-6)
    # A folder opened with them is another build than one without.
    assert open_folder(IndexSettings(data_dir=tmp_path / "d"), embedder).centring.version
