"""The weights of fusion: a planted order is learned, for each pair of languages."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.fitting.fusion import Ranking, as_json, design, fit_fusion, folds
from eval.fitting.fusion_figures import fusion_figures
from eval.fitting.rankings import Sought
from rag.fusion import FUSED, LANGUAGES, FusionWeights, load_fusion
from tests.eval.fitting.ranked import first_is_right, scores

PLANTED = FusionWeights(
    {
        ("ba", "ba"): np.array([6.0, 2.0, 1.0, 3.0, 0.0]),
        ("ba", "ru"): np.array([3.0, 1.0, 5.0, 2.0, 2.0]),
        ("ru", "ba"): np.array([2.0, 4.0, 2.0, 6.0, -1.0]),
        ("ru", "ru"): np.array([5.0, 3.0, 4.0, 1.0, 1.0]),
    }
)


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
