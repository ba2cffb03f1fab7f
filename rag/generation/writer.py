"""The answer of a language model, as far as it stands up.

The model writes; what of it is shown is decided here, claim by claim: each is held back until it is
whole and checked (``checking.py``), so that little ever has to be taken back.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import closing

from index.reader import IndexView
from rag.draft import Draft
from rag.generation.calls import GuardedModel, spoken
from rag.generation.checking import Checker, is_foreign
from rag.generation.claims import claims
from rag.generation.prompts import NO_ANSWER, make_prompt
from rag.generation.protocol import GenerationFailed, WrongLanguage
from rag.generation.selection import passages_for_prompt
from rag.lexicon import Lexicon
from rag.scoring import Scored
from rag.types import Part, WrittenBy

_log = logging.getLogger(__name__)


class ModelWriter:
    """Writes answers with a language model; safe to share between threads."""

    def __init__(self, model: GuardedModel, lexicon: Lexicon) -> None:
        self._model = model
        self._lexicon = lexicon

    def write(self, view: IndexView, best_first: Sequence[Scored], draft: Draft) -> bool:
        """Write what is supported of the model's answer; that may be nothing.

        Returns False where the model failed: what it had written is taken back, and the draft says
        that another answer stands in.
        """
        for again in (False, True):
            try:
                draft.write(self._parts(view, best_first, draft, again))
            except WrongLanguage:
                draft.take_back("wrong_language")
                _log.warning("%s answered in another language", self._model.name)
            except GenerationFailed as failure:
                draft.take_back("failed")
                _log.warning("no answer from %s: %s", self._model.name, failure)
                break
            else:
                draft.generator = WrittenBy("generative", self._model.name, degraded=False)
                return True
        draft.generator = WrittenBy("extractive", self._model.name, degraded=True)
        return False

    def _parts(
        self,
        view: IndexView,
        best_first: Sequence[Scored],
        draft: Draft,
        again: bool,
    ) -> Iterator[Part]:
        question, language, bounds = draft.question, draft.language, self._model.bounds
        shown = passages_for_prompt(best_first, question, language, bounds.tokens, bounds.count)
        if not shown.sentences:
            raise GenerationFailed("the prompt has no room for a sentence")
        prompt = make_prompt(question, shown.blocks, language, again)
        checker = Checker(view, question, shown.sentences, language, self._lexicon)
        text, done = "", 0
        left = bounds.seconds - draft.seconds
        with closing(self._model.pieces(prompt, left, draft.wanted)) as pieces:
            for piece in pieces:
                text += piece
                settled = claims(spoken(text), whole=False)
                yield from checker.let_through(settled[done:])
                done = len(settled)
        if not (text := spoken(text)).strip():
            raise GenerationFailed("nothing but thoughts")
        yield from checker.let_through(claims(text)[done:])
        if not checker.passed and NO_ANSWER not in text and is_foreign(text, language):
            raise WrongLanguage("wrong language")
