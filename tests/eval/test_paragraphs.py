import json
from pathlib import Path

import pytest

from eval.errors import SystemFailed
from eval.fitting.examples import xquad_questions
from eval.paragraphs import ParagraphReport, find_paragraphs, write_paragraph_report
from tests.eval.toy import Json, TownSystem

PARAGRAPHS = {f"p{n}#{n % 3}": f"Абзац {n}. Слово{n} стоит здесь." for n in range(20)}


class Paragraphs(TownSystem):
    """Finds the paragraph that holds a question's last word, behind ``others``."""

    others: tuple[str, ...] = ()

    def search(self, request: Json) -> Json:
        self.searched.append(request)
        word = request["query"].split()[-1]
        own = [name for name, text in PARAGRAPHS.items() if f"{word} " in text]
        return {
            "results": [
                {"document_id": name, "start": 0, "end": 1, "quote": "А"}
                for name in [*self.others, *own]
            ]
        }


def found(tmp_path: Path, system: Paragraphs) -> ParagraphReport:
    rows = [
        {
            "doc_id": name,
            "context": text,
            "question": f"Где стоит {text.split()[2]}",
            "answers": [{"text": "здесь", "start": text.index("здесь")}],
        }
        for name, text in PARAGRAPHS.items()
    ]
    file = tmp_path / "xquad.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return find_paragraphs(system, *xquad_questions(file))


def test_paragraphs_that_come_first_count(tmp_path: Path) -> None:
    report = found(tmp_path, Paragraphs({}))

    assert report.questions == 20
    assert {name: figure.value for name, figure in report.figures.items()} == {
        "recall@1": 1, "recall@5": 1, "recall@10": 1, "mrr@10": 1, "ndcg@10": 1
    }  # fmt: skip
    assert report.figures["recall@1"].low < 1  # twenty questions do not make sure


def test_paragraphs_that_come_second_count_less(tmp_path: Path) -> None:
    system = Paragraphs({})
    system.others = ("nowhere",)

    figures = found(tmp_path, system).figures

    assert (figures["recall@1"].value, figures["recall@5"].value) == (0, 1)
    assert figures["mrr@10"].value == 0.5


def test_each_question_is_asked_once_for_ten_documents(tmp_path: Path) -> None:
    system = Paragraphs({})
    found(tmp_path, system)

    assert len(system.searched) == 20
    assert {(r["top_k"], r["group_by"]) for r in system.searched} == {(10, "document")}


def test_a_system_that_fails_is_no_figure(tmp_path: Path) -> None:
    class Failing(Paragraphs):
        def search(self, request: Json) -> Json:
            raise SystemFailed("gone")

    with pytest.raises(SystemFailed):
        found(tmp_path, Failing({}))


def test_the_report_is_kept_with_what_it_is_of(tmp_path: Path) -> None:
    write_paragraph_report(found(tmp_path, Paragraphs({})), tmp_path / "report.json")

    kept = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert kept.keys() >= {"commit", "created_at", "index", "corpus", "figures"}
    assert kept["figures"]["recall@1"]["value"] == 1
