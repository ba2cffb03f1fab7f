import json
import time
from pathlib import Path

import pytest

from eval.bench.peers.drawing import Drawn, draw
from eval.bench.peers.figures import differences, direction_scores, figures
from eval.bench.peers.protocol import FOUND, Place, best_documents
from eval.bench.peers.report import as_markdown, kept, write
from eval.bench.peers.selection import OURS, SYSTEMS
from eval.bench.peers.stage import StageFailed, ask, ask_here, build_here
from eval.evidence import Corpus
from eval.headlines import Headline, HeadlineBenchmark
from index.documents import Document
from tests.fakes import FakeEmbedder

WORDS = "ат бал гөл дуҫ ел йыр кеше май өй таш урман һыу".split()
BODIES = {
    "ba": "«{}» тураһында яңылыҡ: ауыл мәктәбендә ҙур байрам булды, уға ҡунаҡтар ҙа килде.",
    "ru": "Новость о «{}»: в сельской школе прошёл большой праздник, на него приехали и гости.",
}
DIRECTIONS = ["ba→ba", "ba→ru", "ru→ba", "ru→ru"]


@pytest.fixture
def benchmark() -> HeadlineBenchmark:
    """Twelve articles whose words are their own, and as many distractors."""
    corpus: dict[str, Document] = {}
    headlines = []
    for number, word in enumerate(WORDS):
        for language in ("ba", "ru"):
            name = f"a{number}:{language}"
            body = BODIES[language].format(f"{word}{number}")
            corpus[name] = Document(id=name, text=body, language=language)
            headlines.append(Headline(f"a{number}", language, f"{word}{number}"))
        other = f"distractor:{number}"
        corpus[other] = Document(id=other, text=f"Башҡа хәбәр {number}.", language="ba")
    read: Corpus = corpus
    return HeadlineBenchmark(headlines, read)


def test_what_is_drawn_is_the_same_for_the_same_numbers_and_holds_all_that_is_asked_for(
    benchmark: HeadlineBenchmark,
) -> None:
    drawn = draw(benchmark, 26, 5)
    assert drawn == draw(benchmark, 26, 5)
    assert len(drawn.texts) == 26
    names = {text.id for text in drawn.texts}
    assert {name for name in benchmark.corpus if name.startswith("a")} <= names
    assert len(drawn.headlines) == 10
    assert len(drawn.searches) == len(drawn.queries) == 20
    fewer = draw(benchmark, 10, 5)
    assert {text.id for text in fewer.texts} == {
        f"{headline.article}:{headline.language}" for headline in drawn.headlines
    }
    assert fewer.corpus != drawn.corpus


def test_articles_whose_bodies_do_not_fit_are_not_asked_for(benchmark: HeadlineBenchmark) -> None:
    with pytest.raises(ValueError, match="two documents for each article"):
        draw(benchmark, 9, 5)


def test_a_search_is_right_where_the_body_in_the_language_asked_for_is_first(
    benchmark: HeadlineBenchmark,
) -> None:
    drawn = draw(benchmark, 26, 5)
    right = [[f"{headline.article}:{language}"] for headline, language in drawn.searches]
    perfect = direction_scores(drawn, right)
    assert list(perfect) == DIRECTIONS
    assert all(values == [1.0] * 5 for values in perfect.values())
    twins = [[f"{h.article}:{'ru' if to == 'ba' else 'ba'}"] for h, to in drawn.searches]
    assert all(values == [0.0] * 5 for values in direction_scores(drawn, twins).values())


def test_documents_are_ranked_by_their_best_passage() -> None:
    assert best_documents(["b", "a", "b", "c"]) == ["b", "a", "c"]
    assert len(best_documents(map(str, range(30)))) == FOUND


def test_yauap_is_built_asked_and_measured(
    benchmark: HeadlineBenchmark, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.folder.open_embedder", lambda settings, on_convert: FakeEmbedder())
    drawn = draw(benchmark, 26, 5)
    place = Place(tmp_path / "index", tmp_path)
    built = build_here(OURS, place, drawn.texts)
    asked = ask_here(OURS, place, drawn.queries, time.monotonic())
    measured = figures(drawn, built, asked, place.index)
    assert {name: figure["value"] for name, figure in measured["ndcg@10"].items()} == dict.fromkeys(
        DIRECTIONS, 1.0
    )
    for (_, language), found in zip(drawn.searches, asked.found, strict=True):
        languages = {benchmark.corpus[name].language for name in found}
        assert languages == {language}
    assert len(asked.milliseconds) == 20
    assert measured["disk_megabytes"] > 0
    assert measured["start_seconds"] >= 0


def test_a_system_that_fails_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YAUAP_CHUNK_TOKENS", "0")
    with pytest.raises(StageFailed, match="chunk_tokens"):
        ask(OURS, Place(tmp_path / "index", tmp_path), [("яуап", "ba")])


def test_systems_are_added_to_the_report_of_the_same_documents_and_queries(
    benchmark: HeadlineBenchmark, tmp_path: Path
) -> None:
    path = tmp_path / "new" / "peers.json"
    drawn = draw(benchmark, 26, 5)
    report = kept(path, {"corpus": drawn.corpus})
    report["systems"]["txtai"] = row(drawn, 0.0)
    report["differences"] = differences(drawn, report["systems"])
    assert report["differences"] == {}
    write(report, path)
    report = kept(path, {"corpus": drawn.corpus})
    report["systems"][OURS] = row(drawn, 1.0)
    report["differences"] = differences(drawn, report["systems"])
    write(report, path)
    assert json.loads(path.read_text(encoding="utf-8")) == report
    assert report["differences"]["txtai"]["ba→ru"]["difference"]["value"] == 1.0
    head, _, ours, other = as_markdown(report).splitlines()
    assert head.startswith("|  | ba→ba | ba→ru | ru→ba | ru→ru | ingest, s |")
    assert ours == "| Yauap | 1.000 | 1.000 | 1.000 | 1.000 | 9 | 30.5 | unknown | 500 | 4 | 2 |"
    assert other.startswith(f"| {SYSTEMS['txtai'].title} | 0.000\\* | 0.000\\* |")
    assert kept(path, {"corpus": "another"})["systems"] == {}


def row(drawn: Drawn, score: float) -> dict[str, object]:
    """What a system that always scores so is kept as."""
    return {
        "ndcg@10": {name: {"value": score, "low": score, "high": score} for name in DIRECTIONS},
        "ingest_seconds": 9.0,
        "query_p50_ms": 30.5,
        "start_seconds": 2.0,
        "ingest_megabytes": None,
        "query_megabytes": 500,
        "disk_megabytes": 4.0,
        "scores": {name: [score] * (len(drawn.headlines) // 2) for name in DIRECTIONS},
    }
