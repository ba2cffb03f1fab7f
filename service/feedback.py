"""What readers said of answers, and what a gold set can learn from it."""

import json
import sqlite3
from collections.abc import Iterator
from typing import Any

from index.catalog import Catalog, now
from index.errors import NotFound
from index.library import Library
from service.drafts import draft
from service.recent import Recent
from service.schemas.feedback import FeedbackIn, FeedbackOut


class Feedback:
    """The feedback of one catalog, each with the answer it belongs to."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._library = Library(catalog)

    def keep(self, given: FeedbackIn, recent: Recent) -> None:
        """Store feedback. Raises NotFound where the answer is not remembered any more."""
        with self._catalog.writing() as connection:
            answer = recent.answer(given.answer_id) or self._judged(connection, given.answer_id)
            if answer is None:
                raise NotFound("feedback.unknown")
            connection.execute(
                "INSERT OR REPLACE INTO feedback (answer_id, rating, comment, answer, created_at) "
                "VALUES (?, ?, ?, ?, ?)",
                (given.answer_id, given.rating, given.comment, answer, now()),
            )

    def _judged(self, connection: sqlite3.Connection, answer_id: str) -> str | None:
        row = connection.execute(
            "SELECT answer FROM feedback WHERE answer_id = ?", (answer_id,)
        ).fetchone()
        return None if row is None else str(row[0])

    def gold(self) -> Iterator[dict[str, Any]]:
        """Yield what readers found right as gold questions, to be looked through by a person."""
        for row in self._rows(1):
            answer = self._without_deleted(row["answer"])
            question = draft(
                f"feedback-{row['answer_id']}",
                answer["language"],
                answer["question"],
                answer["answered"],
            )
            cited = answer["citations"]
            if cited:
                question |= {
                    "doc_id": cited[0]["document_id"],
                    "doc_lang": cited[0]["language"],
                    "evidence": [
                        {"doc_id": c["document_id"], "lang": c["language"], "quote": c["quote"]}
                        for c in cited
                    ],
                    "answers": [citation["quote"] for citation in cited],
                }  # fmt: skip
            if bool(cited) is answer["answered"]:
                yield question

    def page(self, rating: int | None, before: int | None, limit: int) -> list[FeedbackOut]:
        """Return up to ``limit`` words of readers older than number ``before``, latest first."""
        with self._catalog.reading() as connection:
            rows = connection.execute(
                "SELECT * FROM feedback WHERE (? IS NULL OR rating = ?) AND (? IS NULL OR id < ?) "
                "ORDER BY id DESC LIMIT ?",
                (rating, rating, before, before, limit),
            )
            return [
                FeedbackOut.model_validate({
                    **self._without_deleted(row["answer"]),
                    "number": row["id"], "rating": row["rating"],
                    "comment": row["comment"], "created_at": row["created_at"],
                })
                for row in rows
            ]  # fmt: skip

    def rejected(self) -> Iterator[dict[str, Any]]:
        """Yield what readers found wrong, with what they said and what they were told."""
        for row in self._rows(-1):
            answer = self._without_deleted(row["answer"])
            yield {
                "question": answer["question"],
                "comment": row["comment"],
                "answer": answer["answer"],
                "citations": answer["citations"],
                "index_version": answer["index_version"],
                "created_at": row["created_at"],
            }

    def _without_deleted(self, stored: str) -> dict[str, Any]:
        """Return an answer without what it told of documents that were deleted since.

        Where it cited one, its own words go too: they may say what stood there.
        """
        answer: dict[str, Any] = json.loads(stored)
        kept = [c for c in answer["citations"] if self._library.is_live([c["document_id"]])]
        if len(kept) < len(answer["citations"]):
            answer["answer"] = ""
        for cited in kept:
            cited["translations"] = [
                other
                for other in cited.get("translations", ())
                if self._library.is_live([other["document_id"]])
            ]
        return {**answer, "citations": kept}

    def _rows(self, rating: int) -> list[sqlite3.Row]:
        with self._catalog.reading() as connection:
            return connection.execute(
                "SELECT * FROM feedback WHERE rating = ? ORDER BY id", (rating,)
            ).fetchall()
