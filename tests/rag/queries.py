"""Questions as they are searched, read with the fake embedder and a lexicon of the test's own."""

from index.embedding.centring import Centring
from index.reader import IndexView
from index.text.analysis import analyse
from rag.lexicon import Entry, Lexicon
from rag.query import Query, QueryReader
from tests.fakes import FakeEmbedder


def lexicon(*pairs: tuple[str, str]) -> Lexicon:
    """A lexicon of Bashkir and Russian words that translate each other for certain."""
    entries = []
    for ba, ru in pairs:
        (of_ba,), (of_ru,) = analyse(ba, "ba"), analyse(ru, "ru")
        entries.append(Entry(of_ba.text, of_ru.text, 1.0, 1.0))
    return Lexicon((entry.line() for entry in entries), "test")


NO_LEXICON = lexicon()


def read_query(text: str, view: IndexView, words: Lexicon = NO_LEXICON) -> Query:
    """Return the query for a question as the pipeline would search it."""
    return QueryReader(FakeEmbedder(), Centring({}), words).read(text, view)
