"""What stands within something else is read once, and its words stay apart."""

import io

import docx
import pytest

from index.documents import Document
from index.readers import Unreadable
from tests.index.formats import making
from tests.index.formats.reading import LIMITS, read

ROW = "<w:tr><w:tc>{}</w:tc><w:tc>{}</w:tc></w:tr>"
PARAGRAPH = "<w:p><w:r><w:t>{}</w:t></w:r></w:p>"


def only(name: str, data: bytes) -> Document:
    (given,) = read({name: data})
    assert not isinstance(given, Unreadable), str(given.error)
    return Document.from_mapping(given, LIMITS.document_bytes)


def nested_word() -> bytes:
    word = docx.Document()
    outer = word.add_table(1, 2)
    outer.cell(0, 0).text = "тышҡы"
    inner = outer.cell(0, 1).add_table(1, 2)
    inner.cell(0, 0).text, inner.cell(0, 1).text = "эске", "икенсе"
    target = io.BytesIO()
    word.save(target)
    return target.getvalue()


def nested_open_document() -> bytes:
    def table(*cells: str) -> str:
        inside = "".join(f"<table:table-cell>{cell}</table:table-cell>" for cell in cells)
        return f"<table:table><table:table-row>{inside}</table:table-row></table:table>"

    first, second, third = (f"<text:p>{word}</text:p>" for word in ("тышҡы", "эске", "икенсе"))
    return making.open_document(table(first, table(second, third)))


@pytest.mark.parametrize(
    ("name", "data"), [("a.docx", nested_word()), ("a.odt", nested_open_document())]
)
def test_a_table_within_a_table_is_read_once(name: str, data: bytes) -> None:
    assert only(name, data).text == "тышҡы | эске | икенсе"


def test_rows_that_a_form_wraps_are_read() -> None:
    row = ROW.format(PARAGRAPH.format("один"), PARAGRAPH.format("два"))
    wrapped = f"<w:tbl><w:sdt><w:sdtContent>{row}</w:sdtContent></w:sdt></w:tbl>"

    assert only("a.docx", making.word_of_xml(wrapped)).text == "один | два"


def test_paragraphs_of_a_text_box_stay_apart() -> None:
    box = "".join(PARAGRAPH.format(words) for words in ("Первый абзац.", "Второй абзац."))
    body = (
        f"<w:p><w:r><w:t>До.</w:t></w:r><w:r><w:txbxContent>{box}</w:txbxContent></w:r>"
        "<w:r><w:t>После.</w:t></w:r></w:p>"
    )

    assert only("a.docx", making.word_of_xml(body)).text.split("\n") == [
        "До.",
        "Первый абзац.",
        "",
        "Второй абзац.",
        "После.",
    ]


CELLS = (
    "<table><tr><td><p>Население города.</p><p>Выросло</p></td><td>в 2020<br/>году"
    "<script>var hidden = 1</script></td><td><table><tr><td>а</td><td>б</td></tr></table></td>"
    "</tr></table>"
)


def test_words_of_a_cell_stay_apart_and_scripts_are_left_out() -> None:
    page = f"<html><body><p>Начало.</p>{CELLS}</body></html>"
    text = only("a.epub", making.book({"c.xhtml": page}, "")).text

    assert text == "Начало.\n\nНаселение города. Выросло | в 2020 году | а б"


def test_a_pdf_with_a_date_that_is_none_is_read() -> None:
    sound = making.pdf([["Күпер асылды."]])
    date = b"D:20240215093000+05'00'"
    broken = sound.replace(date, b"on the 15th of February")
    assert len(broken) == len(sound)
    assert broken != sound

    assert only("a.pdf", broken).text == "Күпер асылды."
    assert only("a.pdf", broken).published_at is None


@pytest.mark.parametrize("end", ["---", "..."])
def test_front_matter_is_no_section(end: str) -> None:
    text = f"---\ntitle: X\ntags: [a]\n{end}\n# Башлыҡ\n\nТекст.\n"

    assert [title for _, title in only("a.md", text.encode()).sections] == ["Башлыҡ"]


def test_a_heading_between_rules_is_one() -> None:
    document = only("a.md", "---\nБашлыҡ\n---\n\nТекст.\n".encode())

    assert [title for _, title in document.sections] == ["Башлыҡ"]
