import hashlib
import json
import tomllib
from pathlib import Path

import pytest

from eval.errors import InvalidGold
from eval.headlines import HeadlineBenchmark, read_benchmark, typed_in_russian_letters
from eval.retrieval_benchmark import (
    BOTH_FOUND,
    benchmark_as_text,
    read_benchmark_report,
    run_benchmark,
    write_benchmark,
)
from tests.eval.toy import Json, TownSystem

PINS = Path(__file__).parents[2] / "eval" / "gold" / "retrieval" / "pins.toml"


class FirstWord(TownSystem):
    """Finds the bodies that begin with the headline's last word, Bashkir ones first."""

    def search(self, request: Json) -> Json:
        self.searched.append(request)
        word = request["query"].split()[-1]
        allowed = request["filters"].get("language", ["ba", "ru"])
        results = [
            {"document_id": document.id, "start": 0, "end": 1, "quote": document.text[:1]}
            for document in sorted(self.corpus.values(), key=lambda d: str(d.language))
            if document.language in allowed and document.text.startswith(word)
        ]
        return {"results": results}


@pytest.fixture
def benchmark(tmp_path: Path) -> HeadlineBenchmark:
    articles = [
        {
            "doc_id": f"n-{n}",
            "title_ba": f"Һәр {n}",
            "title_ru": f"Каждый {n}",
            "body_ba": f"{n} яңылыҡ",
            "body_ru": f"{n if n < 20 else 'другая'} новость",
        }
        for n in range(10, 30)
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, articles)), encoding="utf-8")
    other = {"id": "x" * 300, "language": "ba", "text": "Башҡа."}
    (tmp_path / "d.jsonl").write_text(json.dumps(other), encoding="utf-8")
    return read_benchmark(tmp_path / "a.jsonl", tmp_path / "d.jsonl")


def test_the_benchmark_holds_headlines_bodies_and_distractors(benchmark: HeadlineBenchmark) -> None:
    assert len(benchmark.headlines) == 40
    assert len(benchmark.corpus) == 41
    assert benchmark.corpus["distractor:1"].language == "ba"


def test_every_direction_is_searched_and_measured(
    benchmark: HeadlineBenchmark, tmp_path: Path
) -> None:
    system = FirstWord(benchmark.corpus)
    report = run_benchmark(system, benchmark)
    assert list(report.figures) == [
        "ba→ba", "ba→ru", "ba→any", "ru→ba", "ru→ru", "ru→any",
        "ba typed→ba", "ba typed→ru", "ba typed→any",
    ]  # fmt: skip
    assert report.figures["ba→ba"]["ndcg@10"].value == 1.0
    assert report.figures["ru→ru"]["ndcg@10"].value == 0.5
    assert BOTH_FOUND not in report.figures["ba→ru"]
    assert report.figures["ru→any"][BOTH_FOUND].value == 0.5
    assert report.figures["ru→any"]["recall@1"].value == 1.0
    assert len(system.searched) == 9 * 20
    assert all(r["group_by"] == "document" and r["top_k"] == 10 for r in system.searched)
    assert system.searched[0]["filters"] == {"language": ["ba"]}
    assert system.searched[0]["query"] == "Һәр 10"
    assert system.searched[6 * 20]["query"] == "Хэр 10"
    assert system.searched[2 * 20]["filters"] == {}
    write_benchmark(report, tmp_path / "report.json")
    assert read_benchmark_report(tmp_path / "report.json") == report
    assert "Каждый" not in (tmp_path / "report.json").read_text(encoding="utf-8")
    assert "ba typed→any" in benchmark_as_text(report)


def test_bashkir_as_typed_on_a_russian_keyboard() -> None:
    assert typed_in_russian_letters("Ҡасан, ғәҙел һүҙ, өс таң?") == "Касан, гэзел хуз, ос тан?"


def test_a_line_that_is_no_document_is_reported(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("", encoding="utf-8")
    (tmp_path / "d.jsonl").write_text('{"id": 1}\n', encoding="utf-8")
    with pytest.raises(InvalidGold, match=r"d\.jsonl:1"):
        read_benchmark(tmp_path / "a.jsonl", tmp_path / "d.jsonl")


@pytest.mark.corpora
@pytest.mark.parametrize("name", ["articles.dev.jsonl", "distractors.jsonl"])
def test_the_kept_figures_are_of_these_files(corpora: Path, name: str) -> None:
    with PINS.open("rb") as file:
        pin = tomllib.load(file)[name]
    content = (corpora / pin["folder"] / name).read_bytes()
    rows = [json.loads(line) for line in content.split(b"\n") if line]
    assert hashlib.sha256(content).hexdigest() == pin["sha256"]
    assert len(rows) == pin["lines"]
    assert [row.get("doc_id") or row["id"] for row in (rows[0], rows[-1])] == [
        pin["first"],
        pin["last"],
    ]


@pytest.mark.corpora
def test_the_real_benchmark_is_read(corpora: Path) -> None:
    benchmark = read_benchmark(
        corpora / "bashinform" / "articles.dev.jsonl", corpora / "distractors" / "distractors.jsonl"
    )
    assert len(benchmark.headlines) == 2 * 451
    assert len(benchmark.corpus) == 2 * 451 + 2000


def test_a_folder_without_the_corpora_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidGold, match="there is no such file"):
        read_benchmark(tmp_path / "articles.jsonl", tmp_path / "distractors.jsonl")
