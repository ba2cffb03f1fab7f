import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.datasets import read_gold
from eval.errors import InvalidGold
from eval.questions import AnchoredEvidence, QuotedEvidence, Turn
from index.text.spans import Span
from tests.eval.toy import answerable, unanswerable, write_lines


def faults(path: Path) -> list[str]:
    with pytest.raises(InvalidGold) as caught:
        read_gold([path])
    return [str(problem) for problem in caught.value.problems]


def test_reads_the_three_forms_of_evidence(tmp_path: Path) -> None:
    anchored = {"doc_id": "twin", "lang": "ba", "start": 3, "end": 7, "sha256": "0" * 64}
    quoted = {"doc_id": "other", "lang": "ru", "quote": "слова"}
    line = answerable(1, evidence=["просто слова", quoted, anchored])
    (question,) = read_gold([write_lines(tmp_path / "gold.jsonl", [line])])
    assert question.evidence == (
        QuotedEvidence("town-1:ru", "ru", "просто слова"),
        QuotedEvidence("other", "ru", "слова"),
        AnchoredEvidence("twin", "ba", Span(3, 7), "0" * 64),
    )


def test_reads_history_and_where_a_line_stands(tmp_path: Path) -> None:
    turns = [{"role": "user", "content": "Кто?"}, {"role": "assistant", "content": "Она."}]
    path = write_lines(tmp_path / "gold.jsonl", [answerable(1), unanswerable(2, history=turns)])
    first, second = read_gold([path])
    assert (first.history, first.file, first.line) == ((), "gold.jsonl", 1)
    assert second.history == (Turn("user", "Кто?"), Turn("assistant", "Она."))
    assert (second.document_id, second.near_document_id, second.line) == (None, "town-2:ru", 2)


def test_reports_every_fault_of_every_line(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    lines = [
        answerable(1, lang="tt", hard="no"),
        {key: value for key, value in answerable(2).items() if key not in ("kind", "evidence")},
        answerable(3, answers=["", "103"], typo=1),
        unanswerable(4, answers=["5"]),
        answerable(5, evidence=[{"doc_id": "town-5:ru", "lang": "ru"}]),
    ]
    path.write_text("\n".join([*map(json.dumps, lines), "{not json", "[]"]), encoding="utf-8")
    found = faults(path)
    for line, words in (
        (1, "lang"),
        (1, "hard"),
        (2, "kind"),
        (2, "evidence"),
        (3, "answers.0"),
        (3, "typo"),
        (4, "answers"),
        (5, "evidence.0.start"),
        (5, "evidence.0.sha256"),
        (6, "JSON"),
        (7, "object"),
    ):
        assert any(fault.startswith(f"gold.jsonl:{line}: ") and words in fault for fault in found)
    assert {int(fault.split(":")[1]) for fault in found} == {1, 2, 3, 4, 5, 6, 7}


def test_reports_ids_that_repeat_across_files(tmp_path: Path) -> None:
    paths = [write_lines(tmp_path / name, [answerable(1)]) for name in ("a.jsonl", "b.jsonl")]
    with pytest.raises(InvalidGold) as caught:
        read_gold(paths)
    assert [problem.file for problem in caught.value.problems] == ["a.jsonl", "b.jsonl"]


def test_reports_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "latin.jsonl").write_bytes(b"\xff\xfe\xff")
    (tmp_path / "empty.jsonl").write_text("\n\n")
    paths = [tmp_path / name for name in ("latin.jsonl", "empty.jsonl", "absent.jsonl")]
    with pytest.raises(InvalidGold) as caught:
        read_gold(paths)
    assert [problem.file for problem in caught.value.problems] == [path.name for path in paths]
    assert str(tmp_path) not in str(caught.value)


def test_line_separators_inside_strings_do_not_split_lines(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "gold.jsonl", [answerable(1, question="Кто\u2028где?")])
    assert read_gold([path])[0].text == "Кто\u2028где?"


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(field=st.sampled_from(sorted(answerable(1))), value=JSON_VALUES)
def test_a_field_of_any_shape_is_read_or_reported(
    tmp_path_factory: pytest.TempPathFactory, field: str, value: object
) -> None:
    path = tmp_path_factory.mktemp("gold") / "gold.jsonl"
    path.write_text(json.dumps(answerable(1) | {field: value}) + "\n", encoding="utf-8")
    try:
        lines = [question.line for question in read_gold([path])]
    except InvalidGold as error:
        lines = [problem.line for problem in error.problems]
    assert set(lines) == {1}
