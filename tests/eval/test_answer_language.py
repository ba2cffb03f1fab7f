import pytest

from eval.answer_language import speaks


@pytest.mark.parametrize(
    ("words", "language", "verdict"),
    [
        ("2011 йылда, урыҫса текст буйынса:", "ba", True),
        ("В 2011 году, по башкирскому тексту:", "ru", True),
        ("В 2011 году, по башкирскому тексту:", "ba", False),
        ("Документтарҙа был хаҡта бер нәмә лә әйтелмәгән.", "ru", False),
        ("Сергей Борисов:", "ba", True),  # a name tells no language
        ("Н. Э. Бауман:", "ba", True),
        ("Хөкүмәт Йорто:", "ru", False),  # but a name has its own
        ("Министерство экономического развития:", "ba", False),
        ("Да:", "ba", False),
        ("Юҡ:", "ru", False),
        ("Microsoft:", "ba", True),
        ("The round table took place in the Government House.", "ru", False),
        ("2011:", "ba", None),
        ("", "ru", None),
    ],
)
def test_speaks(words: str, language: str, verdict: bool | None) -> None:
    assert speaks(words, language) is verdict
