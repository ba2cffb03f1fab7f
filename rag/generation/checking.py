"""What of a model's answer is let through: claims that their quotations say."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from index.reader import IndexView
from index.text.analysis import analyse, terms_of
from index.text.language import detect_language
from index.text.spans import Span
from rag.citations import cite
from rag.fact_wording import AnswerLanguage
from rag.generation.claims import Claim
from rag.generation.protocol import WrongLanguage
from rag.generation.selection import Sentence
from rag.generation.support import Quoted, ordinary_stems
from rag.lexicon import Lexicon
from rag.types import Citation, Part

_MOST_CITED = 4  # sentences by one claim: who cites everything cites nothing
_QUOTED = re.compile(r"«[^»]*»|“[^”]*”|\"[^\"]*\"")
_LONGEST_FOCUS = 400
_NO_NUMBER = 0  # yet: it is numbered when its claim is let through

_Place = tuple[str, int, Span]  # document, version and where in it


def is_foreign(text: str, language: AnswerLanguage) -> bool:
    """Whether the words of ``text`` outside its quotation marks are surely of another language."""
    words = _QUOTED.sub(" ", text)
    if not re.search(r"[^\W\d_]", words):
        return False
    guess = detect_language(words)
    return guess.is_sure and guess.language != language


class Checker:
    """Checks the claims of one answer and numbers what they cite, in order of first use."""

    def __init__(
        self,
        view: IndexView,
        question: str,
        sentences: Sequence[Sentence],
        language: AnswerLanguage,
        lexicon: Lexicon,
    ) -> None:
        self._view = view
        self._sentences = sentences
        self._language = language
        self._lexicon = lexicon
        self._ordinary = ordinary_stems([question, *(one.text for one in sentences)])
        self._cited: dict[_Place, Citation] = {}
        self._said: set[str] = set()

    @property
    def passed(self) -> bool:
        """Whether anything was let through."""
        return bool(self._said)

    def let_through(self, claims: Sequence[Claim]) -> Iterator[Part]:
        """Yield the claims that are supported, each with its citations.

        Raises WrongLanguage for one that is supported and in another language.
        """
        for claim in claims:
            quoted = self._needed(claim.text, self._quoted(claim))
            if not quoted or claim.text in self._said:
                continue
            if is_foreign(claim.text, self._language):
                raise WrongLanguage("wrong language")
            self._said.add(claim.text)
            yield Part(claim.text, [self._numbered(citation) for citation in quoted])

    def _quoted(self, claim: Claim) -> list[Citation]:
        """Return what a claim cites, read back from the stored text; nothing if any of it fails."""
        if not set(claim.numbers) <= set(range(1, len(self._sentences) + 1)):
            return []
        found: dict[_Place, Citation] = {}
        for number in claim.numbers[:_MOST_CITED]:
            sentence = self._sentences[number - 1]
            focus = _focus(claim.text, sentence)
            citation = cite(self._view, sentence.passage, sentence.span, focus, _NO_NUMBER)
            if citation is None:
                return []
            found.setdefault(_place(citation), citation)
        return list(found.values())

    def _needed(self, claim: str, quoted: Sequence[Citation]) -> list[Citation]:
        """Return the citations that support a claim, each alone or else together; maybe none.

        What only stands by is not cited: it would lend its name to what it does not say.
        """
        if alone := [citation for citation in quoted if self._support(claim, [citation])]:
            return alone
        needed = list(quoted)
        if not self._support(claim, needed):
            return []
        for citation in quoted:
            without = [other for other in needed if other is not citation]
            if self._support(claim, without):
                needed = without
        return needed

    def _support(self, claim: str, citations: Sequence[Citation]) -> bool:
        quotes = [citation.quote for citation in citations]
        return bool(quotes) and Quoted(quotes, self._lexicon).support(claim, self._ordinary)

    def _numbered(self, citation: Citation) -> Citation:
        numbered = replace(citation, number=len(self._cited) + 1)
        return self._cited.setdefault(_place(citation), numbered)


def _place(citation: Citation) -> _Place:
    return citation.document_id, citation.document_version, citation.span


def _focus(claim: str, sentence: Sentence) -> Span:
    """Return the part of the sentence that says the claim, as far as its words tell."""
    claimed = frozenset(terms_of(claim))
    shared = [term for term in analyse(sentence.text) if term.text in claimed]
    telling = [t for t in shared if t.span.of(sentence.text)[0].isdigit()] or shared
    if not telling:
        return Span(sentence.span.start, sentence.span.start)
    start = telling[0].span.start
    near = [term.span.end for term in telling if term.span.end - start <= _LONGEST_FOCUS]
    return Span(start, max(near, default=telling[0].span.end)).shifted(sentence.span.start)
