"""Questions to begin with: what the documents suggest and the pipeline is known to answer."""

import threading
from collections.abc import Iterator
from itertools import islice, zip_longest

from cachetools import LRUCache

from index.filters import Filters
from index.folder import DataFolder
from rag.pipeline import Pipeline
from rag.suggestions import Suggestion, suggestions
from rag.types import Ask
from service.schemas.widget import SuggestionOut

_DOCUMENTS = 12  # the latest ones
_CHARACTERS = 20_000  # of each, from its beginning
_EACH = 5  # candidates of a document
_ASKED = 12  # candidates asked at most: it takes as long as so many questions
_OFFERED = 3  # of each language
_SURE = 0.6

_Key = tuple[tuple[str, int], str]


class Suggesting:
    """Finds the suggestions of a data folder, once for each state of the index and caller."""

    def __init__(self, folder: DataFolder, pipeline: Pipeline) -> None:
        self._folder = folder
        self._pipeline = pipeline
        self._known: LRUCache[_Key, list[SuggestionOut]] = LRUCache(64)
        self._access = threading.Lock()
        self._turn = threading.Lock()

    def known(self, within: Filters) -> list[SuggestionOut] | None:
        """Return the suggestions for who may see ``within``; None where they must be found."""
        key = self._key(within)
        with self._access:
            return self._known.get(key)

    def found(self, within: Filters) -> list[SuggestionOut]:
        """Return them after asking each. Takes as long as some questions."""
        with self._turn:  # those who come meanwhile get the same
            key = self._key(within)
            offered = self.known(within)
            if offered is None:
                offered = list(self._answerable(within))
                with self._access:
                    self._known[key] = offered
            return offered

    def _key(self, within: Filters) -> _Key:
        return self._folder.index.moment(), repr(within)

    def _answerable(self, within: Filters) -> Iterator[SuggestionOut]:
        left = {"ba": _OFFERED, "ru": _OFFERED}
        for asked, (document_id, suggestion) in enumerate(self._candidates(within)):
            if asked == _ASKED or not any(left.values()):
                return
            if left[suggestion.language] and self._answers(document_id, suggestion, within):
                left[suggestion.language] -= 1
                yield SuggestionOut(question=suggestion.question, language=suggestion.language)

    def _candidates(self, within: Filters) -> Iterator[tuple[str, Suggestion]]:
        """Yield candidates with their documents: the best of each document before the next ones."""
        by_document = []
        for document_id, title, language, text in self._folder.library.latest(
            _DOCUMENTS, _CHARACTERS, within
        ):
            if language in ("ba", "ru"):
                own = suggestions(title, text, "ba" if language == "ba" else "ru")
                by_document.append([(document_id, one) for one in islice(own, _EACH)])
        for round_ in zip_longest(*by_document):
            yield from (candidate for candidate in round_ if candidate is not None)

    def _answers(self, document_id: str, suggestion: Suggestion, within: Filters) -> bool:
        ask = Ask(suggestion.question, suggestion.language, filters=within, mode="extractive")
        answer = self._pipeline.ask(ask)
        quotes = [c.quote for c in answer.citations if c.document_id == document_id]
        return (
            answer.answered
            and answer.confidence >= _SURE
            and any(suggestion.wanted in q and suggestion.question not in q for q in quotes)
        )
