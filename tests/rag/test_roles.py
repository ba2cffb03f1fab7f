"""What a named person is, and whether a sentence says it."""

from pathlib import Path

import pytest

from rag.roles import asks_for_role, tells_role
from tests.fakes import fake_folder, ingest
from tests.rag.queries import read_query


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("Кто такой Олег Тыщенко?", True),
        ("Кем является Олег Тыщенко?", True),
        ("Олег Тыщенко кем ул?", True),
        ("Кем ул Олег Тыщенко?", True),
        ("Кто открыл встречу?", False),
        ("Модератор кем булды?", False),
    ],
)
def test_who_somebody_is_is_asked(question: str, asked: bool) -> None:
    assert asks_for_role(question) is asked


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("Встречу открыл заместитель министра Олег Тыщенко.", True),
        ("Открыл её заместитель министра инноваций РБ Олег Тыщенко.", True),
        ("Олег Тыщенко — заместитель министра.", True),
        ("Олег Тыщенко, заместитель министра, открыл встречу.", True),
        ("Министр урынбаҫары Олег Тыщенко осрашыуҙы асты.", True),
        ("«Встреча полезна», — сказал Олег Тыщенко.", False),
        ("Олег Тыщенко открыл встречу.", False),
        ("Вчера Олег Тыщенко открыл встречу.", False),
        ("Заместитель министра Олег Петров открыл встречу.", False),
        ("Встреча открылась.", False),
    ],
)
def test_a_sentence_says_who_somebody_is(tmp_path: Path, sentence: str, told: bool) -> None:
    folder = fake_folder(tmp_path)
    ingest(folder, {"id": "a", "text": sentence})
    with folder.index.view() as view:
        assert tells_role(sentence, read_query("Кто такой Олег Тыщенко?", view)) is told
