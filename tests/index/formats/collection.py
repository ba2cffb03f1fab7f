"""The collection: a file of every format and encoding, each with the documents it must give."""

import codecs
import json
from dataclasses import dataclass
from typing import Any

from tests.index.formats import making

BA = (
    "Сибай ҡалаһында яңы китапхана асылды. Унда ун һигеҙ мең китап бар.\n"
    "Уҡыу залы һәр көн туғыҙҙан алтыға тиклем эшләй; ғаиләләр өсөн үҙ бүлеге бар."
)
RU = (
    "В Бирске открыли новый мост через реку Белую. Его длина — 840 метров.\n"
    "«Ждали десять лет», — говорит житель посёлка Юрий Щукин (№ 7 по улице Мира)."
)
BA_TITLE, RU_TITLE = "Сибайҙа китапхана асылды", "Мост в Бирске открыт"
BA_LINES, RU_LINES = BA.split("\n"), RU.split("\n")
BA_BLOCKS, RU_BLOCKS = "\n\n".join(BA_LINES), "\n\n".join(RU_LINES)
HOURS = [["Көн", "Сәғәт"], ["Дүшәмбе", "9–18"], ["Йәкшәмбе", "ял"]]
HOURS_TEXT = "Көн | Сәғәт\nДүшәмбе | 9–18\nЙәкшәмбе | ял"


@dataclass(frozen=True)
class Sample:
    """A file and the documents it must give; of each, the fields that matter here."""

    name: str
    content: bytes
    documents: list[dict[str, Any]]


def one(name: str, content: bytes, text: str, **fields: Any) -> Sample:
    return Sample(name, content, [{"id": name, "text": text, **fields}])


def encodings() -> list[Sample]:
    samples = []
    for name, mark, encoding in (
        ("utf8", b"", "utf-8"),
        ("utf8-bom", codecs.BOM_UTF8, "utf-8"),
        ("utf16-le", codecs.BOM_UTF16_LE, "utf-16-le"),
        ("utf16-be", codecs.BOM_UTF16_BE, "utf-16-be"),
        ("utf16-le-unmarked", b"", "utf-16-le"),
        ("utf16-be-unmarked", b"", "utf-16-be"),
        ("utf32", codecs.BOM_UTF32_LE, "utf-32-le"),
    ):
        samples.append(one(f"ru-{name}.txt", mark + RU.encode(encoding), RU))
        samples.append(one(f"ba-{name}.txt", mark + BA.encode(encoding), BA))
    for encoding in ("cp1251", "koi8-r", "cp866", "mac-cyrillic", "iso8859-5"):
        # What an old encoding lacks was typed as on a typewriter.
        text = RU if encoding in ("cp1251", "mac-cyrillic") else _typewritten(RU)
        samples.append(one(f"ru-{encoding}.txt", text.encode(encoding), text))
        markdown = f"# {RU_TITLE}\n\n{text}"
        samples.append(
            one(
                f"ru-{encoding}.md",
                markdown.encode(encoding),
                markdown,
                title=RU_TITLE,
                sections=[(0, RU_TITLE)],
            )
        )
    for right, wrong in (
        ("utf-8", "cp1251"), ("utf-8", "latin-1"), ("utf-8", "cp866"), ("utf-8", "koi8-r"),
        ("cp1251", "latin-1"), ("cp1251", "koi8-r"), ("cp1251", "cp866"),
        ("cp1251", "mac-cyrillic"), ("koi8-r", "cp1251"), ("cp866", "cp1251"),
        ("iso8859-5", "cp1251"), ("mac-cyrillic", "cp1251"),
    ):  # fmt: skip
        text = _typewritten(RU)
        broken = text.encode(right).decode(wrong, "replace")
        samples.append(one(f"mojibake-{right}-as-{wrong}.txt", broken.encode(), text))
    for wrong in ("cp1251", "latin-1"):
        broken = BA.encode().decode(wrong, "replace")
        samples.append(one(f"ba-mojibake-{wrong}.txt", broken.encode(), BA))
    return samples


def _typewritten(text: str) -> str:
    for mark, typed in {"«": '"', "»": '"', "—": "-", "№": "N"}.items():
        text = text.replace(mark, typed)
    return text


def _page(title: str, lines: list[str], head: str = "", more: str = "") -> str:
    paragraphs = "".join(f"<p>{line}</p>" for line in lines)
    return (
        f"<html><head>{head}<title>{title}</title></head><body>"
        '<nav><ul><li><a href="/">Главная</a></li><li><a href="/all">Новости</a></li></ul></nav>'
        f"<article><h1>{title}</h1>{paragraphs}{more}</article>"
        "<footer>© Все права защищены</footer><script>alert('нет')</script></body></html>"
    )


def pages() -> list[Sample]:
    meta = (
        '<meta property="article:published_time" content="2024-02-15T09:30:00+05:00">'
        '<link rel="canonical" href="https://example.org/news/7">'
    )
    about = {"published_at": "2024-02-15T00:00:00Z", "url": "https://example.org/news/7"}
    ru = f"{RU_TITLE}\n\n{RU_BLOCKS}"
    ba = f"{BA_TITLE}\n\n{BA_BLOCKS}"
    table = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in HOURS)
    samples = [
        one(
            "ba.html",
            ("<!DOCTYPE html>" + _page(BA_TITLE, BA_LINES, meta))
            .replace("<html>", '<html lang="ba">')
            .encode(),
            ba,
            title=BA_TITLE,
            language="ba",
            sections=[(0, BA_TITLE)],
            **about,
        ),
        one(
            "table.html",
            _page(BA_TITLE, BA_LINES, meta, f"<table>{table}</table>").encode(),
            f"{ba}\n\n{HOURS_TEXT}",
            title=BA_TITLE,
            **about,
        ),
        one(
            "undated.html",
            _page(RU_TITLE, [*RU_LINES, "Мэрия обещала его к 12.06.2015."])
            .replace("©", "© 2009–2023")
            .encode(),
            f"{ru}\n\nМэрия обещала его к 12.06.2015.",
            title=RU_TITLE,
            published_at=None,
        ),
        one("bare.htm", "<p>Уфа — столица.".encode("cp1251"), "Уфа — столица."),
        one(
            "strict.xhtml",
            (
                '<?xml version="1.0" encoding="utf-8"?>'
                '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 '
                'Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">'
                + _page(RU_TITLE, RU_LINES)
            ).encode(),
            ru,
            title=RU_TITLE,
        ),
    ]
    for encoding, charset in (
        ("cp1251", "windows-1251"), ("koi8-r", "koi8-r"), ("cp866", "ibm866"), ("utf-8", "utf-8"),
        ("cp1251", None), ("utf-8", "windows-1251-wrong"),
    ):  # fmt: skip
        lines = RU_LINES if encoding in ("cp1251", "utf-8") else _typewritten(RU).split("\n")
        head = f'<meta http-equiv="Content-Type" content="text/html; charset={charset}">'
        page = _page(RU_TITLE, lines, meta + (head if charset else "")).replace("©", "(c)")
        name = f"ru-{encoding}-as-{charset}.html"
        text = "\n\n".join([RU_TITLE, *lines])
        samples.append(one(name, page.encode(encoding), text, title=RU_TITLE, **about))
    return samples


def printed() -> list[Sample]:
    date = "2024-02-15T04:30:00Z"
    wrapped = [
        "Сибай ҡалаһында яңы китапхана асылды, унда бала-",
        "лар өсөн айырым бүлек бар һәм ул бөтә ғаиләләргә",
        "асыҡ.",
        "Икенсе абзац.",
    ]
    flowing = (
        "Сибай ҡалаһында яңы китапхана асылды, унда балалар өсөн айырым бүлек бар һәм ул бөтә "
        "ғаиләләргә асыҡ.\nИкенсе абзац."
    )
    return [
        one("ru.pdf", making.pdf([RU_LINES], RU_TITLE), RU, title=RU_TITLE, published_at=date,
            metadata={"pages": 1}),
        one("ba.pdf", making.pdf([BA_LINES], BA_TITLE, packed=True), BA, title=BA_TITLE),
        one("pages.pdf", making.pdf([BA_LINES, [], RU_LINES]), f"{BA}\n\f\n\f{RU}",
            metadata={"pages": 3}),
        one("wrapped.pdf", making.pdf([wrapped]), flowing),
        one("by-program.pdf", making.pdf([RU_LINES], "Microsoft Word - Документ1"), RU, title=None),
    ]  # fmt: skip


def word_processors() -> list[Sample]:
    run = "<w:r><w:t>{}</w:t></w:r>"
    old = (
        f"<w:p><w:smartTag>{run.format('В Бирске ')}</w:smartTag><w:ins>{run.format('открыли ')}"
        "</w:ins><w:del><w:r><w:delText>снесли </w:delText></w:r></w:del>"
        f"{run.format('мост.')}</w:p><w:sdt><w:sdtContent>"
        f"<w:p>{run.format('Его длина — 840 метров.')}</w:p></w:sdtContent></w:sdt>"
    )
    paragraphs = "".join(f"<text:p>{line}</text:p>" for line in BA_LINES)
    rows = "".join(
        "<table:table-row>"
        + "".join(f"<table:table-cell><text:p>{c}</text:p></table:table-cell>" for c in row)
        + "</table:table-row>"
        for row in HOURS
    )
    meta = (
        f"<dc:title>{BA_TITLE}</dc:title><dc:language>ba-RU</dc:language>"
        "<meta:creation-date>2024-02-15T09:30:00.123456789</meta:creation-date>"
    )
    noted = (
        "<text:h>Мост<text:s text:c='2'/>в<text:tab/>Бирске</text:h><text:p>Открыт<text:note>"
        "<text:note-citation>1</text:note-citation><text:note-body><text:p>в мае</text:p>"
        "</text:note-body></text:note> вчера<text:line-break/>и сегодня.</text:p>"
        "<text:tracked-changes><text:p>снесён</text:p></text:tracked-changes>"
    )
    return [
        one("ba.docx", making.word(BA_LINES, BA_TITLE), BA_BLOCKS, title=BA_TITLE),
        one("ru.docx", making.word(RU_LINES, heading=RU_TITLE), f"{RU_TITLE}\n\n{RU_BLOCKS}",
            title=RU_TITLE, sections=[(0, RU_TITLE)]),
        one("table.docx", making.word([BA_LINES[0], HOURS, BA_LINES[1]]),
            f"{BA_LINES[0]}\n\n{HOURS_TEXT}\n\n{BA_LINES[1]}"),
        one("old.docx", making.word_of_xml(old),
            "В Бирске открыли мост.\n\nЕго длина — 840 метров."),
        one("ba.odt", making.open_document(paragraphs, meta), BA_BLOCKS, title=BA_TITLE,
            language="ba", published_at="2024-02-15T09:30:00Z"),
        one("table.odt", making.open_document(f"{paragraphs}<table:table>{rows}</table:table>"),
            f"{BA_BLOCKS}\n\n{HOURS_TEXT}"),
        one("noted.odt", making.open_document(noted),
            "Мост  в\tБирске\n\nОткрыт (в мае) вчера\nи сегодня.",
            sections=[(0, "Мост в Бирске")]),
        one("ba.rtf", making.rich(BA_LINES, BA_TITLE), BA_BLOCKS, title=BA_TITLE,
            published_at="2024-02-05T00:00:00Z"),
        one("ru.rtf", making.rich(RU_LINES, RU_TITLE, unicode=False), RU_BLOCKS, title=RU_TITLE),
        one("table.rtf", making.rich_table(HOURS), HOURS_TEXT),
    ]  # fmt: skip


def books() -> list[Sample]:
    body = (
        f"<body><title><p>{BA_TITLE}</p></title><section><title><p>Беренсе</p><p>бүлек</p></title>"
        + "".join(f"<p>{line}</p>" for line in BA_LINES)
        + "<poem><stanza><v>Ҡара урман,</v><v>ҡараңғы төн.</v></stanza></poem>"
        "<table><tr><th>Көн</th><td>9–18</td></tr></table></section></body>"
        '<body name="notes"><section><p>Иҫкәрмә.</p></section></body>'
    )
    fiction = (
        f"{BA_TITLE}\n\nБеренсе\nбүлек\n\n{BA_BLOCKS}\n\nҠара урман,\n\nҡараңғы төн.\n\n"
        "Көн | 9–18\n\nИҫкәрмә."
    )
    about = (
        f"<book-title>{BA_TITLE}</book-title><lang>ba</lang><date value='2019-05-01'>2019</date>"
    )
    ru_body = "<body><section>" + "".join(f"<p>{line}</p>" for line in RU_LINES)
    ru_body += "</section></body>"
    ru_about = f"<book-title>{RU_TITLE}</book-title><annotation><p>О мосте.</p></annotation>"
    chapter = (
        '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>X</title></head>'
        "<body>{}</body></html>"
    )
    old = (
        '<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN" "xhtml11.dtd">'
        + chapter.format("<h1>Глава&nbsp;1</h1><div>Мост &mdash; открыт.</div><br/>Да.")
    )
    return [
        one("ba.fb2", making.fiction(body, about), fiction, title=BA_TITLE, language="ba",
            published_at="2019-05-01T00:00:00Z",
            sections=[(0, BA_TITLE), (fiction.index("Беренсе"), "Беренсе бүлек")]),
        one("ru.fb2", making.fiction(ru_body, ru_about, "windows-1251"),
            f"О мосте.\n\n{RU_BLOCKS}", title=RU_TITLE),
        one("ba.epub", making.book(
            {f"Text/{n}.xhtml": '<?xml version="1.0" encoding="utf-8"?>' + chapter.format(
                f"<h2>{n}</h2><p>{line}</p>") for n, line in enumerate(BA_LINES, 1)},
            f"<dc:title>{BA_TITLE}</dc:title><dc:language>ba</dc:language><dc:date>2019</dc:date>",
        ), f"1\n\n{BA_LINES[0]}\n\n2\n\n{BA_LINES[1]}", title=BA_TITLE, language="ba",
            sections=[(0, "1"), (len(BA_LINES[0]) + 5, "2")]),
        one("old.epub", making.book({"a b.html": old}, "", folder=""),
            "Глава\u00a01\n\nМост — открыт.\n\nДа.", sections=[(0, "Глава 1")]),
    ]  # fmt: skip


def tables() -> list[Sample]:
    rows = [
        {"id": "1", "title": BA_TITLE, "text": BA},
        {"id": "2", "title": RU_TITLE, "text": RU, "published_at": "2024-02-15"},
    ]
    quoted = [[cell.replace('"', '""') for cell in row.values()] for row in rows]
    quoted[0].append("")
    columns = ["id", "title", "text", "published_at"]

    def table(delimiter: str, end: str) -> str:
        return end.join(
            delimiter.join(f'"{cell}"' for cell in row) for row in [columns, *quoted]
        ).replace('"2024-02-15"', '"15.02.2024"')

    ru_only = f'text;rubric\r\n"{RU_LINES[0]}";мосты\r\n'
    return [
        Sample("comma.csv", table(",", "\n").encode(), rows),
        Sample("semicolon.csv", codecs.BOM_UTF8 + table(";", "\r\n").encode(), rows),
        Sample("tab.tsv", table("\t", "\n").encode("utf-16"), rows),
        Sample("excel.csv", ru_only.encode("cp1251"),
               [{"text": RU_LINES[0], "metadata": {"rubric": "мосты"}}]),
        Sample("lines.jsonl", "\n".join(map(json.dumps, rows)).encode(), rows),
        Sample("lines-cp1251.jsonl",
               json.dumps(rows[1], ensure_ascii=False).encode("cp1251"), rows[1:]),
    ]  # fmt: skip


def archives() -> list[Sample]:
    inner = making.zipped({"c.txt": RU})
    return [
        Sample(
            "all.zip",
            making.zipped(
                {
                    "a.txt": BA,
                    "папка/b.docx": making.word(RU_LINES),
                    "__MACOSX/a.txt": "x",
                    "picture.png": b"\x89PNG",
                    "inner.zip": inner,
                    "d.jsonl": json.dumps({"id": "d", "text": RU}),
                }
            ),
            [
                {"id": "all.zip/a.txt", "text": BA},
                {"id": "all.zip/папка/b.docx", "text": RU_BLOCKS},
                {"id": "all.zip/inner.zip/c.txt", "text": RU},
                {"id": "d", "text": RU},
            ],
        ),
        Sample(
            "old.zip",
            making.zipped_by_old_windows({"Мост.txt": RU.encode("cp1251")}),
            [{"id": "old.zip/Мост.txt", "text": RU}],
        ),
        Sample(
            "outside.zip",
            making.zipped({"../../outside/мост.txt": RU, "/above/b.txt": BA, "C:\\c.txt": RU}),
            [
                {"id": "outside.zip/outside/мост.txt", "text": RU},
                {"id": "outside.zip/above/b.txt", "text": BA},
                {"id": "outside.zip/C:/c.txt", "text": RU},
            ],
        ),
        Sample(
            "book.fb2.zip",
            making.zipped({"book.fb2": making.fiction("<body><p>Мост.</p></body>", "")}),
            [{"id": "book.fb2.zip/book.fb2", "text": "Мост."}],
        ),
    ]


SAMPLES = [
    sample
    for made in (encodings, pages, printed, word_processors, books, tables, archives)
    for sample in made()
]
