"""Questions put to an opened index by hand, group by group."""

from index.embedding.protocol import FloatMatrix
from index.filters import Filters
from index.postings.bm25 import Alternatives
from index.reader import IndexView
from index.text.analysis import analyse
from index.text.language import Language

ALL = Filters()


def asked(text: str, language: Language | None = None) -> list[Alternatives]:
    """Return the words of a text as they are searched, each by its own term alone."""
    return [{term: 1.0} for term in dict.fromkeys(t.text for t in analyse(text, language))]


def lexical(
    view: IndexView, text: str, count: int = 999, language: Language | None = None
) -> list[int]:
    """Return the best ``count`` chunks of each language that hold a word of ``text``."""
    words = asked(text, language)
    return [int(i) for group in view.groups(ALL) for i in view.lexical(words, count, group)]


def dense(view: IndexView, query: FloatMatrix, count: int = 999) -> list[int]:
    """Return the ``count`` chunks of each language that are nearest to ``query``."""
    return [int(i) for group in view.groups(ALL) for i in view.dense(query, count, group)]
