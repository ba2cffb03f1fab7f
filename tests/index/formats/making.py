"""Files of many formats, made here from text alone, so that what they say is known."""

import io
import zipfile
from collections.abc import Mapping, Sequence

import docx


def zipped(files: Mapping[str, bytes | str], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def zipped_by_old_windows(files: Mapping[str, bytes]) -> bytes:
    """Return an archive whose names are in IBM866, without the mark of UTF-8."""
    stand_ins = {f"{n:03}{'_' * (len(name) - 3)}": name for n, name in enumerate(files)}
    data = zipped({stand_in: files[name] for stand_in, name in stand_ins.items()})
    for stand_in, name in stand_ins.items():
        data = data.replace(stand_in.encode(), name.encode("cp866"))
    return data


def pdf(
    pages: Sequence[Sequence[str]], title: str = "", *, extra: str = "", packed: bool = False
) -> bytes:
    """Return a PDF: pages of lines, in a font whose codes are UTF-16 and are said to be so."""
    rows = "".join(f"<{row:02x}00> <{row:02x}ff> <{row:02x}00>\n" for row in range(0x100))
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def\n"
        "1 begincodespacerange <0000> <ffff> endcodespacerange\n"
        f"256 beginbfrange\n{rows}endbfrange endcmap end end"
    )
    kids = " ".join(f"{7 + 2 * n} 0 R" for n in range(len(pages)))
    info = "feff" + title.encode("utf-16-be").hex()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {len(pages)} /Kids [{kids}] {extra} >>".encode(),
        f"<< /Title <{info}> /CreationDate (D:20240215093000+05'00') >>".encode(),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H "
        b"/DescendantFonts [5 0 R] /ToUnicode 6 0 R >>",
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /X /DW 500 "
        b"/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>",
        _stream(cmap.encode(), packed),
    ]
    for n, lines in enumerate(pages):
        shown = "".join(
            f"BT /F 12 Tf 72 {760 - 16 * i} Td <{line.encode('utf-16-be').hex()}> Tj ET\n"
            for i, line in enumerate(lines)
        )
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents {8 + 2 * n} 0 R "
            "/Resources << /Font << /F 4 0 R >> >> >>".encode()
        )
        objects.append(_stream(shown.encode(), packed))
    data, places = b"%PDF-1.7\n", []
    for n, content in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (n, content)
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    return (
        data
        + (
            f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
            f"trailer << /Size {len(objects) + 1} /Root 1 0 R /Info 3 0 R >>\n"
            f"startxref\n{len(data)}\n%%EOF\n"
        ).encode()
    )


def _stream(content: bytes, packed: bool) -> bytes:
    import zlib

    data = zlib.compress(content) if packed else content
    how = b"/Filter /FlateDecode " if packed else b""
    return b"<< %s/Length %d >>\nstream\n%s\nendstream" % (how, len(data), data)


Table = Sequence[Sequence[str]]


def word(paragraphs: Sequence[str | Table], title: str = "", heading: str = "") -> bytes:
    made = docx.Document()
    made.core_properties.title = title
    if heading:
        made.add_heading(heading, 1)
    for part in paragraphs:
        if isinstance(part, str):
            made.add_paragraph(part)
        else:
            table = made.add_table(len(part), len(part[0]))
            for row, cells in zip(table.rows, part, strict=True):
                for cell, text in zip(row.cells, cells, strict=True):
                    cell.text = text
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def word_of_xml(body: str) -> bytes:
    """Return a document of Word with this body, for what no library writes any more."""
    with zipfile.ZipFile(io.BytesIO(word([]))) as plain:
        files = {name: plain.read(name) for name in plain.namelist()}
    files["word/document.xml"] = f"<w:document {_W}><w:body>{body}</w:body></w:document>".encode()
    return zipped(files)


def open_document(content: str, meta: str = "", declaration: str = "") -> bytes:
    names = " ".join(
        f'xmlns:{short}="{uri}"'
        for short, uri in {
            **{
                part: f"urn:oasis:names:tc:opendocument:xmlns:{part}:1.0"
                for part in ("office", "text", "table", "meta")
            },
            "dc": "http://purl.org/dc/elements/1.1/",
        }.items()
    )
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": f"<?xml version='1.0' encoding='UTF-8'?>{declaration}"
            f"<office:document-content {names}><office:body><office:text>{content}"
            "</office:text></office:body></office:document-content>",
            "meta.xml": f"<office:document-meta {names}><office:meta>{meta}</office:meta>"
            "</office:document-meta>",
        }
    )


def rich(paragraphs: Sequence[str], title: str = "", *, unicode: bool = True) -> bytes:
    """Return rich text, its letters as numbers of Unicode or as bytes of windows-1251."""

    def written(text: str) -> str:
        if not unicode:
            return "".join(c if c < "\x80" else f"\\'{c.encode('cp1251')[0]:02x}" for c in text)
        return "".join(c if c < "\x80" else f"\\u{ord(c)}?" for c in text)

    body = "".join(f"\\pard {written(text)}\\par\n" for text in paragraphs)
    info = f"{{\\info{{\\title {written(title)}}}{{\\creatim\\yr2024\\mo2\\dy5\\hr9\\min30}}}}"
    return (
        "{\\rtf1\\ansi\\ansicpg1251\\deff0{\\fonttbl{\\f0\\fcharset204 Times New Roman;}}\n"
        f"{info}\\f0\\fs24\n{body}}}"
    ).encode()


def rich_table(rows: Table) -> bytes:
    lines = "".join(
        "\\trowd\\cellx2000\\cellx4000\\intbl "
        + "".join("".join(f"\\u{ord(c)}?" for c in cell) + "\\cell " for cell in row)
        + "\\row\n"
        for row in rows
    )
    return f"{{\\rtf1\\ansi\\ansicpg1251\n{lines}}}".encode()


def fiction(body: str, about: str, encoding: str = "utf-8", declaration: str = "") -> bytes:
    return (
        f'<?xml version="1.0" encoding="{encoding}"?>{declaration}\n'
        '<FictionBook xmlns="http://www.gribuser.ru/xml/fictionbook/2.0" '
        'xmlns:l="http://www.w3.org/1999/xlink"><description><title-info>'
        f"{about}</title-info></description>{body}"
        '<binary id="cover.jpg" content-type="image/jpeg">/9j/4AAQ</binary></FictionBook>'
    ).encode(encoding)


def book(chapters: Mapping[str, str], about: str, folder: str = "OEBPS/") -> bytes:
    items = "".join(
        f'<item id="c{n}" href="{name}" media-type="application/xhtml+xml"/>'
        for n, name in enumerate(chapters)
    )
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0">'
        f'<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">{about}</metadata>'
        f"<manifest>{items}</manifest><spine>{spine}</spine></package>"
    )
    container = (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        f'<rootfile full-path="{folder}book.opf"/></rootfiles></container>'
    )
    return zipped(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": container,
            f"{folder}book.opf": package,
            **{folder + name: page for name, page in chapters.items()},
        }
    )
