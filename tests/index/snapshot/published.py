"""The files of a published snapshot: found, changed on purpose and checked."""

from pathlib import Path, PurePath

from index.folder import DataFolder
from index.lexical import LexicalIndex
from index.postings.segment import Segment
from index.snapshot import verify_data
from index.text.language import Language
from tests.index.searching import dense, lexical

_LEXICAL = tuple(
    f"{part}/{name}"
    for part in LexicalIndex.FOLDERS
    for name in ("removed.npy", *(f"0/{file}" for file in Segment.FILES))
)
FILES = ("ids.npy", "manifest.json", "vectors.faiss", *_LEXICAL)
DOCUMENTS = [
    {"id": "a", "text": "Өфөлә яңы мәктәп асылды. Унда биш йөҙ бала уҡый. " * 4},
    {"id": "b", "text": "В Уфе открыли новую школу. Её построили за год."},
    {"id": "c", "text": "Сибайҙа китапхана төҙөнөләр."},
]


def published(folder: DataFolder) -> Path:
    """Return the folder of the published snapshot."""
    return folder.catalog.data_dir / "snapshots" / folder.index.version()


def files(folder: DataFolder) -> dict[str, Path]:
    """Return the files of the published snapshot by their names in its manifest."""
    named = {name: published(folder) / name for name in FILES if "/" not in name}
    for part in LexicalIndex.FOLDERS:
        for file in (published(folder) / part).rglob("*.*"):
            named[file.relative_to(published(folder)).as_posix()] = file
    return named


def matching(folder: DataFolder, pattern: str) -> tuple[str, Path]:
    """Return the one file of the published snapshot that is called so, with its name."""
    (match,) = ((n, f) for n, f in files(folder).items() if PurePath(n).match(pattern))
    return match


def overwrite(file: Path, content: bytes) -> None:
    """Give a file other content, and none to what is linked to it."""
    file.unlink()
    file.write_bytes(content)


def flip(file: Path, place: int, bits: int = 0x10) -> None:
    """Change ``bits`` of one byte of a file."""
    content = bytearray(file.read_bytes())
    content[place] ^= bits
    overwrite(file, bytes(content))


def found(folder: DataFolder, word: str, language: Language | None = None) -> list[str]:
    """Return the documents that hold a word, all of which a dense search finds too."""
    with folder.index.view() as view:
        holding = {p.document_id for p in view.passages(lexical(view, word, language=language))}
        (query,) = folder.embedder.embed_queries([word])
        assert holding <= {p.document_id for p in view.passages(dense(view, query))}
        return sorted(holding)


def faults(folder: DataFolder) -> list[str]:
    """Return what is wrong with the data of a folder."""
    return verify_data(folder.catalog, folder.snapshots)
