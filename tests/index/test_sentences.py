"""Where sentences end in Bashkir and Russian."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.sentences import sentence_spans
from index.text.spans import Span

# Marks and line ends far more often than in any text, among words of both languages.
_MARKS = [*'.!?…»")]«—\n\r\t', "  ", "\u00a0", "\u2028"]
_PIECES = st.sampled_from([*_MARKS, "г.", "ул.", "Н.Э.", "тине ул", "Уфа", "2024 г."])
ANY_TEXT = st.text() | st.lists(_PIECES | st.text(max_size=3)).map("".join)


@given(ANY_TEXT)
def test_sentences_cover_all_but_white_space_in_order_without_overlap(text: str) -> None:
    spans = sentence_spans(text)

    edges = [0, *(edge for span in spans for edge in (span.start, span.end)), len(text)]
    assert edges == sorted(edges)
    assert all(text[end:start].strip() == "" for end, start in zip(*[iter(edges)] * 2, strict=True))


@given(ANY_TEXT)
def test_a_sentence_is_not_empty_and_has_no_white_space_at_its_ends(text: str) -> None:
    for span in sentence_spans(text):
        assert span.of(text)
        assert span.of(text) == span.of(text).strip()


@given(st.lists(st.sampled_from(["Өфөлә ямғыр яуа.", "Кто это?", "Ул килде!"]), min_size=1))
def test_plain_sentences_are_found_again(sentences: list[str]) -> None:
    text = " ".join(sentences)

    assert [span.of(text) for span in sentence_spans(text)] == sentences


@pytest.mark.parametrize(
    "sentences",
    [
        pytest.param(
            ["Н.Э.Бауман исемендәге университет ректоры сығыш яһаны.", "Уны тыңланылар."],
            id="initials, close",
        ),
        pytest.param(["Выступил Н. Э. Бауман.", "Его слушали."], id="initials, apart"),
        pytest.param(["Хәмитов Р.З. сығыш яһаны.", "Ул һөйләне."], id="initials after the name"),
        pytest.param(["Он живёт в г. Уфа.", "Там тепло."], id="г. is a town"),
        pytest.param(["Кампус открыт в 2024 г.", "Затем началась учёба."], id="г. is a year"),
        pytest.param(["Дом стоит на ул. Ленина.", "Рядом парк."], id="ул. is a street"),
        pytest.param(
            ["Республикала фән үҫешкән, — тип һыҙыҡ өҫтөнә алды ул.", "Инновацион продукция арта."],
            id="ул. is a pronoun",
        ),
        pytest.param(["На форуме был акад. Петров.", "Он выступил."], id="a title before a name"),
        pytest.param(["См. рис. 5 на обороте.", "Далее — текст."], id="see figure"),
        pytest.param(["Выделено 5 млн. рублей.", "Это больше плана."], id="an amount goes on"),
        pytest.param(["Объём — 44 млрд руб.", "Это рост."], id="an amount ends"),
        pytest.param(["Күләме 3.5 миллион һум.", "Был күп."], id="a decimal point"),
        pytest.param(
            ["— Бәләкәй бизнесты үҫтерергә кәрәк! — тине ул.", "Шунан китте."],
            id="direct speech, exclamation",
        ),
        pytest.param(["«Это важно!» — сказал он.", "Потом ушёл."], id="direct speech, quoted"),
        pytest.param(["«Ниңә?» — тип һораны улар.", "Ул өндәшмәне."], id="direct speech, question"),
        pytest.param(["Он сказал: «Приеду завтра.»", "Все ждали."], id="quotation ends it"),
        pytest.param(["Ул килде … һәм китте.", "Вот."], id="dots inside"),
        pytest.param(["Что это?!", "Дом…", "Нет!!!"], id="several marks"),
        pytest.param(["Сайт yauap.example эшләй.", "Инегеҙ."], id="a dot inside a word"),
    ],
)
def test_worked_examples(sentences: list[str]) -> None:
    text = " ".join(sentences)

    assert [span.of(text) for span in sentence_spans(text)] == sentences


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        pytest.param(
            "тип һыҙыҡ өҫтөнә алды ул.  Инновацион продукция күләме арта.  ",
            ["тип һыҙыҡ өҫтөнә алды ул.", "Инновацион продукция күләме арта."],
            id="double spaces",
        ),
        pytest.param("Беренсе юл\nИкенсе юл", ["Беренсе юл", "Икенсе юл"], id="a heading's line"),
        pytest.param(
            "Строка продолжается\nна следующей.", ["Строка продолжается\nна следующей."], id="wrap"
        ),
        pytest.param("Конец.\nначало", ["Конец.", "начало"], id="a finished line"),
        pytest.param("Справочно\n\nпо поручению", ["Справочно", "по поручению"], id="a blank line"),
        pytest.param("Первая.\r\nВторая.\r\n", ["Первая.", "Вторая."], id="carriage returns"),
        pytest.param("в г.\n\nуфа", ["в г.", "уфа"], id="a blank line after an abbreviation"),
        pytest.param("", [], id="nothing"),
        pytest.param(" \n\t ", [], id="white space"),
        pytest.param("...", ["..."], id="marks alone"),
    ],
)
def test_line_ends_and_spaces(text: str, sentences: list[str]) -> None:
    assert [span.of(text) for span in sentence_spans(text)] == sentences


def test_a_long_text_without_an_end_is_one_sentence() -> None:
    text = "слово " * 200_000 + "г. " * 50_000

    assert sentence_spans(text) == [Span(0, len(text) - 1)]
