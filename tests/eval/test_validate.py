import re
import tomllib
from pathlib import Path

import pytest

from eval.corpora import read_corpus
from eval.datasets import read_gold
from eval.errors import InvalidGold
from eval.evidence import Corpus
from eval.questions import AnchoredEvidence
from eval.validate import GOLD_FOLDER, count, validate
from tests.eval.toy import Json, answerable, towns, unanswerable, write_lines

EXPECTED = GOLD_FOLDER / "expected.toml"
SEEDS = Path(__file__).parents[2] / "seeds"


def check(folder: Path, lines: list[Json], least: str, corpus: Corpus | None) -> list[str]:
    (folder / "expected.toml").write_text(f"[toy]\n{least}", encoding="utf-8")
    with pytest.raises(InvalidGold) as caught:
        validate(write_lines(folder / "toy.jsonl", lines), corpus, folder / "expected.toml")
    return [str(problem) for problem in caught.value.problems]


def test_every_fault_is_reported_at_once(tmp_path: Path) -> None:
    lines = [
        answerable(0, lang="ba"),
        answerable(1, lang="ba", question="Нисә кеше йәшәй?", noisy=True),
        answerable(2, doc_lang="ba"),
        {k: v for k, v in unanswerable(3).items() if k != "near_doc_id"},
        answerable(4, evidence=["этого нет"]),
        answerable(5, doc_id="town-6:ru"),
    ]
    found = check(tmp_path, lines, "questions = 7\nhard = 0", towns(7))
    for start, words in (
        ("toy.jsonl:1: lang:", "reads as ru"),
        ("toy.jsonl:2: noisy:", "without its own letters"),
        ("toy.jsonl:3: town-2:ru", "is in ru, not in ba"),
        ("toy.jsonl:4: near_doc_id:", "tempts"),
        ("toy.jsonl:5: evidence item 1", "not in its document"),
        ("toy.jsonl:6: evidence:", "no item is of the document"),
        ("toy.jsonl: questions:", "6 questions, expected at least 7"),
    ):
        assert any(fault.startswith(start) and words in fault for fault in found), start
    assert len(found) == 7


def test_without_the_corpus_evidence_is_left_unchecked(tmp_path: Path) -> None:
    (tmp_path / "expected.toml").write_text("[toy]\nquestions = 1")
    gold = write_lines(tmp_path / "toy.jsonl", [answerable(0, evidence=["этого нет"])])
    assert validate(gold, None, tmp_path / "expected.toml")["answerable"] == 1


def test_the_seeds_set_is_what_it_says() -> None:
    counts = validate(GOLD_FOLDER / "seeds.jsonl", read_corpus([SEEDS]), EXPECTED)
    assert counts["questions"] >= 120
    assert counts["unanswerable"] >= 40
    assert counts["hard"] >= 20
    assert counts["noisy"] >= 15
    assert len([name for name in counts if " about " in name]) == 2 * 3


def test_the_news_set_is_what_it_says() -> None:
    counts = validate(GOLD_FOLDER / "news.jsonl", None, EXPECTED)
    assert counts["questions"] >= 240
    assert counts["unanswerable"] >= 80
    assert counts["follow-up"] >= 40


@pytest.mark.corpora
def test_the_evidence_of_the_news_set_is_found(corpora: Path) -> None:
    articles = read_corpus([corpora / "bashinform" / "articles.dev.jsonl"])
    validate(GOLD_FOLDER / "news.jsonl", articles, EXPECTED)


def test_the_news_set_holds_no_text_of_its_articles() -> None:
    for question in read_gold([GOLD_FOLDER / "news.jsonl"]):
        assert all(isinstance(item, AnchoredEvidence) for item in question.evidence)


@pytest.mark.parametrize("name", ["seeds", "news"])
def test_the_readme_tells_the_counts(name: str) -> None:
    readme = (GOLD_FOLDER / "README.md").read_text(encoding="utf-8")
    column = {"seeds": 0, "news": 1}[name]
    rows = re.findall(r"^\| ([^|]+?) \| (\d+) \| (\d+) \|$", readme, re.MULTILINE)
    told = {row[0]: int(row[1 + column]) for row in rows}
    counts = count(read_gold([GOLD_FOLDER / f"{name}.jsonl"]))
    assert told == {slice_name: counts[slice_name] for slice_name in told}
    with EXPECTED.open("rb") as file:
        least = tomllib.load(file)[name]
    assert {slice_name for slice_name in least if " about " not in slice_name} <= set(told)
