import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import ir_measures
import numpy as np
import pytest
import torch
from ir_measures import nDCG
from torch import Tensor

from eval.adaptation.card import card_for_people, measured, read_card, write_card
from eval.adaptation.dense import Passages, centred, dense_scores
from eval.adaptation.encoder import Encoder
from eval.adaptation.figures import Figure, compare, headline_figures, paragraph_figures
from eval.adaptation.judging import make_judge
from eval.adaptation.leaks import Leak
from eval.adaptation.recipe import FULL, FURTHER
from eval.corpora import LANGUAGES, document_fields, version_id
from eval.evidence import GoldSpan
from eval.fitting.examples import Asked
from eval.headlines import Headline, HeadlineBenchmark, typed_in_russian_letters
from eval.statistics import Difference, Floats, Interval
from index.documents import Document
from index.embedding.protocol import FloatMatrix
from index.folder import DataFolder
from index.text.language import LanguageGuess
from index.text.spans import Span
from rag.settings import AnswerSettings
from tests.fakes import FakeEmbedder, fake_folder, ingest


def pointing(*scores: float) -> FloatMatrix:
    """Passages (n, 2) of these scores for the query (1, 0)."""
    return np.array([[score, 0.5] for score in scores], np.float32)


ASKED: FloatMatrix = np.array([[1.0, 0.0]], np.float32)


def ndcg(rank: int) -> float:
    """The measure for one right document, at this rank from 1."""
    return 1 / float(np.log2(rank + 1)) if rank <= 10 else 0.0


@pytest.mark.parametrize("rank", [1, 2, 3, 10, 11, 14])
def test_a_right_document_counts_by_its_rank_in_the_first_ten(rank: int) -> None:
    above = [0.9 - n / 100 for n in range(rank - 1)]
    passages = Passages(pointing(0.5, *above, *[0.1] * 5), range(rank + 5))
    scores = dense_scores({"ru": ASKED}, {"ru": passages}, [0])
    assert scores["ru→ru"].tolist() == pytest.approx([ndcg(rank)])
    assert scores["ru, both"].tolist() == [float(rank <= 10)]


def test_a_document_counts_by_its_best_passage_and_once() -> None:
    of_two = Passages(pointing(0.1, 0.8, 0.7, 0.6, 0.5), [0, 0, 1, 1, 2])
    assert dense_scores({"ru": ASKED}, {"ru": of_two}, [0])["ru→ru"].tolist() == [1.0]
    # Both passages of document 0 stand before, which is one document.
    assert dense_scores({"ru": ASKED}, {"ru": of_two}, [1])["ru→ru"].tolist() == [
        pytest.approx(ndcg(2))
    ]


def test_a_document_without_a_passage_in_the_language_is_not_found() -> None:
    passages = {"ba": Passages(pointing(0.9), [1]), "ru": Passages(pointing(0.8, 0.3), [0, 1])}
    scores = dense_scores({"ru": ASKED}, passages, [0])
    assert {name: of.tolist() for name, of in scores.items()} == {
        "ru→ba": [0.0],
        "ru→ru": [1.0],
        "ru, both": [0.0],
    }


@pytest.mark.parametrize(("others", "both"), [(8, 1.0), (9, 0.0)])
def test_both_versions_are_sought_among_the_documents_of_all_languages(
    others: int, both: float
) -> None:
    bashkir = Passages(pointing(0.9, *[0.5] * others), range(others + 1))
    russian = Passages(pointing(0.4, *[0.1] * others), range(others + 1))
    scores = dense_scores({"ba": ASKED}, {"ba": bashkir, "ru": russian}, [0])
    assert scores["ba→ru"].tolist() == [1.0]  # among the Russian ones it is the first
    assert scores["ba, both"].tolist() == [both]


@pytest.mark.parametrize("seed", range(5))
def test_scores_are_those_of_a_search_written_out(seed: int) -> None:
    chance = np.random.default_rng(seed)
    passages = {
        language: Passages(
            chance.standard_normal((80, 6)).astype(np.float32), chance.integers(0, 40, 80).tolist()
        )
        for language in LANGUAGES
    }
    queries = {n: chance.standard_normal((12, 6)).astype(np.float32) for n in ("ba", "ba typed")}
    right = chance.permutation(30)[:12].tolist()
    scores = dense_scores(queries, passages, right)
    assert list(scores) == [
        "ba→ba", "ba→ru", "ba, both", "ba typed→ba", "ba typed→ru", "ba typed, both",
    ]  # fmt: skip
    for name, vectors in queries.items():
        runs = [run_of(vector, passages) for vector in vectors]
        for language in LANGUAGES:
            expected = [
                by_ir_measures(run, language, document)
                for run, document in zip(runs, right, strict=True)
            ]
            assert scores[f"{name}→{language}"].tolist() == pytest.approx(expected)
        first_ten = [set(sorted(run, key=run.__getitem__)[-10:]) for run in runs]
        assert scores[f"{name}, both"].tolist() == [
            float({("ba", document), ("ru", document)} <= ten)
            for ten, document in zip(first_ten, right, strict=True)
        ]


def run_of(vector: FloatMatrix, passages: Mapping[str, Passages]) -> dict[tuple[str, int], float]:
    """The score of every document of either language, by language and number."""
    run: dict[tuple[str, int], float] = {}
    for language, of in passages.items():
        for passage, owner in zip(of.vectors, of.owners, strict=True):
            key, score = (language, owner), float(vector @ passage)
            run[key] = max(score, run.get(key, score))
    return run


def by_ir_measures(run: dict[tuple[str, int], float], language: str, right: int) -> float:
    asked = {"q": {str(number): score for (of, number), score in run.items() if of == language}}
    found = ir_measures.calc_aggregate([nDCG @ 10], {"q": {str(right): 1}}, asked)
    return float(found[nDCG @ 10])


def test_centred_vectors_are_taken_from_the_mean_at_unit_length() -> None:
    vectors = np.array([[3.0, 1.0], [1.0, 5.0]], np.float32)
    assert centred(vectors, np.array([0.0, 1.0], np.float32)).tolist() == [
        [1.0, 0.0],
        pytest.approx([1 / 17**0.5, 4 / 17**0.5]),
    ]
    assert centred(vectors, vectors.mean(axis=0)).dtype == np.float32


class Reading(Encoder):
    """An encoder without a model, after the fake embedder; it notes what it is given."""

    def __init__(self) -> None:
        self._words = FakeEmbedder()
        self.given: list[str] = []
        self.longest = 0

    def __call__(self, texts: Sequence[str], max_tokens: int) -> Tensor:
        self.given += texts
        self.longest = max(self.longest, len(texts))
        return torch.from_numpy(self._words.embed_queries(texts))

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return self._words.count_tokens(texts)


def word(language: str, number: int) -> str:
    """A word of four letters: one token of the fake embedder."""
    return (
        ("ҡә" if language == "ba" else "рю") + chr(0x430 + number // 32) + chr(0x430 + number % 32)
    )


def news(articles: int, others: int) -> HeadlineBenchmark:
    """Articles whose headline is a word, which their own body alone holds, and other documents."""
    headlines = [
        Headline(f"n{n}", language, f"{word(language, n)}!")
        for n in range(articles)
        for language in LANGUAGES
    ]
    texts = {
        version_id(f"n{n}", language): (language, f"{word(language, n)}! " * (1 + n % 3))
        for n in range(articles)
        for language in LANGUAGES
    } | {
        f"distractor:{n}{language}": (language, f"{word(language, articles + n)}?")
        for n in range(others)
        for language in LANGUAGES
    }
    corpus = {name: Document(name, text, language=of) for name, (of, text) in texts.items()}
    return HeadlineBenchmark(headlines, corpus)


def test_a_judge_asks_by_headlines_in_both_languages_and_as_typed() -> None:
    benchmark, encoder = news(40, 5), Reading()
    figures = make_judge(benchmark, encoder).figures(encoder)
    assert list(figures) == [
        "ba→ba", "ba→ru", "ba, both", "ru→ba", "ru→ru", "ru, both",
        "ba typed→ba", "ba typed→ru", "ba typed, both",
    ]  # fmt: skip
    assert figures["ba→ba"] == figures["ru→ru"] == 1.0
    # «ҡәАБ» is «кэАБ» then, another word altogether.
    assert max(figures["ba→ru"], figures["ru→ba"], figures["ba typed→ba"]) < 0.5
    asked = {text.removeprefix("query: ") for text in encoder.given if text.startswith("query: ")}
    headlines = {headline.text for headline in benchmark.headlines}
    typed = {typed_in_russian_letters(headline) for headline in headlines}
    assert asked == headlines | typed
    assert all(text.startswith(("query: ", "passage: ")) for text in encoder.given)
    assert encoder.longest <= 32


def test_a_judge_takes_a_part_of_the_benchmark() -> None:
    judge = make_judge(news(210, 260), Reading())
    for language in LANGUAGES:
        assert judge.headlines[language] == [f"{word(language, n)}!" for n in range(200)]
        assert sorted(set(judge.owners[language])) == list(range(200 + 250))
        passages = zip(judge.passages[language], judge.owners[language], strict=True)
        assert all(word(language, n if n < 200 else n + 10) in text for text, n in passages)


def test_a_judge_takes_two_passages_of_a_document() -> None:
    benchmark = news(2, 1)
    long = " ".join(f"{word('ru', n)}?" for n in range(500))
    corpus = {**benchmark.corpus, "n1:ru": Document("n1:ru", long, language="ru")}
    judge = make_judge(HeadlineBenchmark(benchmark.headlines, corpus), Reading())
    assert judge.owners["ru"] == [0, 1, 1, 2]
    assert " ".join(judge.passages["ru"][1:3]) == long[: len(" ".join(judge.passages["ru"][1:3]))]


def test_figures_are_of_the_base_of_the_adapted_model_and_of_their_difference() -> None:
    def scores(settings: AnswerSettings) -> dict[str, Floats]:
        right = {"bundled-base": [0.0, 1.0, 0.0, 0.0], "bundled": [1.0, 1.0, 0.5, 0.0]}
        return {name: np.array(right[settings.model]) for name in ("ba typed→ru", "ba, both", "ru")}

    clusters = {"ba": ["a", "b", "c", "d"], "ru": ["one", "one", "one", "one"]}
    figures = compare(scores, clusters)
    assert list(figures) == ["ba typed→ru", "ba, both", "ru"]
    for figure in figures.values():
        assert (figure.base.value, figure.adapted.value) == (0.25, 0.625)
        assert figure.difference.difference.value == 0.375
    assert figures["ba, both"].adapted.low < 0.625 < figures["ba, both"].adapted.high
    # One cluster is drawn again and again: no spread.
    assert figures["ru"].adapted.low == figures["ru"].adapted.high == 0.625


@pytest.fixture
def folders(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Indexes by a model of many dimensions as the base, by one of two as the adapted one.

    Words that are none are Bashkir where they have a Bashkir letter.
    """
    made: list[Path] = []

    def told(text: str) -> LanguageGuess:
        return LanguageGuess("ru" if typed_in_russian_letters(text) == text else "ba", 1.0)

    def index(settings: AnswerSettings, corpus: Sequence[Document]) -> DataFolder:
        made.append(settings.data_dir)
        dimension = {"bundled-base": 1024, "bundled": 2}[settings.model]
        data = fake_folder(settings.data_dir, FakeEmbedder(dimension=dimension))
        assert ingest(data, *map(document_fields, corpus)).failed == 0
        return data

    monkeypatch.setattr("index.chunking.detect_language", told)
    monkeypatch.setattr("eval.adaptation.figures.index_corpus", index)
    return made


def test_headline_figures_are_of_both_models_in_folders_of_their_own(
    folders: list[Path], tmp_path: Path
) -> None:
    figures = headline_figures(news(30, 10), tmp_path)
    assert len(figures) == 9
    for name in ("ba→ba", "ru→ru"):
        assert figures[name].base.value == 1.0
        assert figures[name].adapted.value < 0.8
        assert figures[name].difference.difference.high < 0
        assert figures[name].difference.p < 0.01
    assert figures["ba typed→ba"].base.value < 0.8
    assert folders[0] != folders[1]
    assert folders[0].relative_to(tmp_path / "bundled-base") == folders[1].relative_to(tmp_path)


def test_paragraph_figures_ask_each_question_for_its_own_paragraph(
    folders: list[Path], tmp_path: Path
) -> None:
    corpus = {
        f"Город#{n}": Document(
            f"Город#{n}", f"{word('ru', n)} {word('ru', n + 50)}.", language="ru"
        )
        for n in range(30)
    }
    asked = [
        Asked(f"{word('ru', n)}?", [GoldSpan(f"Город#{n}", "ru", Span(0, 4))], f"группа {n // 2}")
        for n in (3, 29, 3, 11, 17, 5)
    ]
    (name, figure), *rest = paragraph_figures(corpus, asked, tmp_path).items()
    assert (name, rest) == ("ru", [])
    assert figure.base.value == 1.0
    assert figure.adapted.value < 0.8


def figure(base: float, adapted: float) -> dict[str, Any]:
    return asdict(
        Figure(
            Interval(base, base - 0.0101, base + 0.0202),
            Interval(adapted, adapted - 0.0303, adapted + 0.0404),
            Difference(Interval(adapted - base, -0.0505, 0.0606), 0.01, 0.02),
        )
    )


CARD: dict[str, Any] = {
    "sha256": "0123456789abcdef" * 4,
    "stages": [
        {
            "created_at": "2024-02-15T00:00:00Z",
            "commit": commit,
            "recipe": asdict(recipe),
            "minutes": minutes,
        }
        for recipe, commit, minutes in ((FULL, "c0ffee01", 61.5), (FURTHER, "decade23", 12.5))
    ],
    "sentences": 35527,
    "articles": 3950,
    "left_out": [asdict(Leak(f"train-{n}", "dev-1", 0.4)) for n in range(37)],
}
FIGURES = {
    "mixed corpus": {"ba→ru": figure(0.6011, 0.8022), "ru, both": figure(0.3033, 0.7044)},
    "XQuAD": {"ru": figure(0.9055, 0.9066)},
}


def test_the_card_tells_what_the_model_is_and_from_what_it_was_made() -> None:
    card = card_for_people(CARD)
    assert CARD["sha256"] in card
    assert "commit c0ffee01, decade23;" in card
    assert "35527 pairs" in card
    assert "3950 articles" in card
    assert "37 articles were left out" in " ".join(card.split())
    assert "not measured yet" in card
    assert "61.5 and 12.5 minutes" in card
    further = asdict(FURTHER)
    for name, value in asdict(FULL).items():
        assert f"| {name} | {value} | {further[name]} |" in card
    assert not re.search(r"[{}]", card)
    assert "nDCG" not in card


def test_the_card_has_every_figure_with_its_interval() -> None:
    card = card_for_people(CARD | {"figures": FIGURES, "measured_at": "beef"})
    rows = [line for line in card.splitlines() if "[" in line]
    assert rows == [
        "| ba→ru | 0.802 [0.772, 0.843] | 0.601 [0.591, 0.621] | 0.201 [-0.051, 0.061] |",
        "| ru, both | 0.704 [0.674, 0.745] | 0.303 [0.293, 0.324] | 0.401 [-0.051, 0.061] |",
        "| ru | 0.907 [0.876, 0.947] | 0.905 [0.895, 0.926] | 0.001 [-0.051, 0.061] |",
    ]
    assert card.index("mixed corpus, nDCG@10") < card.index(rows[0]) < card.index("XQuAD, nDCG@10")
    assert "at commit beef." in card
    assert card.startswith(card_for_people(CARD).partition("## How good")[0])


def test_a_card_is_kept_for_programs_and_for_people(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eval.adaptation.card.ADAPTED", tmp_path)
    write_card(CARD)
    assert read_card() == CARD
    assert (tmp_path / "CARD.md").read_text(encoding="utf-8") == card_for_people(CARD)
    write_card(read_card() | {"figures": FIGURES})
    assert json.loads((tmp_path / "card.json").read_text("utf-8")) == CARD | {"figures": FIGURES}
    assert "| ba→ru | 0.802" in (tmp_path / "CARD.md").read_text(encoding="utf-8")


def test_what_is_measured_is_what_the_card_needs(
    folders: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eval.adaptation.card.commit", lambda: "beef")
    article = {
        "doc_id": "n1",
        "title_ba": "Өфө",
        "title_ru": "Уфа",
        "body_ba": "Өфө ҙур.",
        "body_ru": "Уфа большая.",
    }
    question = {
        "doc_id": "Уфа#0",
        "context": "Уфа стоит на Белой.",
        "question": "Где Уфа?",
        "answers": [{"text": "на Белой", "start": 10}],
    }
    other = {"id": "x", "language": "ba", "text": "Башҡа."}
    for name, row in (
        ("bashinform/articles.dev", article),
        ("distractors/distractors", other),
        ("xquad_ru/xquad_ru.dev", question),
    ):
        file = tmp_path / f"{name}.jsonl"
        file.parent.mkdir()
        file.write_text(json.dumps(row) + "\n", encoding="utf-8")
    found = measured(tmp_path, tmp_path / "data")
    assert found["measured_at"] == "beef"
    assert {source: len(of) for source, of in found["figures"].items()} == {
        "mixed corpus": 9,
        "XQuAD": 1,
    }
    assert "| ru | 1.000 [" in card_for_people(CARD | json.loads(json.dumps(found)))
