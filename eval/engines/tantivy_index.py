"""tantivy, a search library in Rust: segments written once, merged in the background."""

import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import tantivy
from tantivy import Occur, Query

from eval.engines.protocol import Chunk, Ids

_HEAP = 128_000_000  # bytes, the library's default
_TOKENISER = "terms"


class Tantivy:
    """An index of terms with their frequencies, without positions.

    k1 = 1.2 and b = 0.75 are fixed, lengths are kept in one byte. What cannot be among the best is
    skipped by blocks: Ding and Suel, "Faster top-k document retrieval using block-max indexes",
    2011.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._schema: tantivy.Schema | None = None

    def build(self, chunks: Sequence[Chunk]) -> None:
        """Write the index anew."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)
        schema = tantivy.SchemaBuilder()
        schema.add_integer_field("id", indexed=True, fast=True)
        schema.add_text_field("text", tokenizer_name=_TOKENISER, index_option="freq")
        tantivy.Index(schema.build(), str(self._folder))
        self.add(chunks)

    def add(self, chunks: Sequence[Chunk]) -> None:
        """Commit a segment of ``chunks``; done when what it sets off to merge is merged."""
        self._change(chunks, [])

    def delete(self, chunks: Sequence[Chunk]) -> None:
        """Mark ``chunks`` as deleted; merging drops them."""
        self._change([], chunks)

    def open(self) -> None:
        """Map the segments into memory."""
        index = self._opened()
        self._schema, self._searcher = index.schema, index.searcher()

    def search(self, terms: Sequence[str], count: int, among: Ids | None = None) -> list[int]:
        """Search with the terms as alternatives; ``among`` has to match besides and scores 0."""
        schema = self._schema
        assert schema is not None
        query = Query.boolean_query(
            [(Occur.Should, Query.term_query(schema, "text", term, "freq")) for term in terms]
        )
        if among is not None:
            allowed = Query.term_set_query(schema, "id", among.tolist())
            narrowed = Query.const_score_query(allowed, 0.0)
            query = Query.boolean_query([(Occur.Must, query), (Occur.Must, narrowed)])
        return self._found(query, count)[0]

    def ranked(
        self, asked: Sequence[Mapping[str, float]], count: int, ids: Ids
    ) -> tuple[list[int], list[float]]:
        """Return what Weighing asks for, in two searches; the second looks ``ids`` up one by one.

        The best of several terms is looked for in all that hold any: no block is skipped.
        """
        schema = self._schema
        assert schema is not None
        words = [
            Query.disjunction_max_query(
                [
                    Query.boost_query(Query.term_query(schema, "text", term, "freq"), weight)
                    for term, weight in word.items()
                    if self._searcher.doc_freq("text", term)
                ]
            )
            for word in asked
        ]
        said = Query.boolean_query([(Occur.Should, word) for word in words])
        each = [(Occur.Should, Query.term_query(schema, "id", i, "basic")) for i in ids.tolist()]
        listed = Query.const_score_query(Query.boolean_query(each), 0.0)
        wanted = Query.boolean_query([(Occur.Must, listed), (Occur.Should, said)])
        best, _ = self._found(said, count)
        found, scores = self._found(wanted, len(ids))
        by_id = dict(zip(found, scores, strict=True))
        return best, [by_id.get(i, 0.0) for i in ids.tolist()]

    def _found(self, query: Query, count: int) -> tuple[list[int], list[float]]:
        hits = self._searcher.search(query, count, count=False).hits
        ids = self._searcher.fast_field_values("id", [address for _, address in hits])
        return [int(i) for i in ids if i is not None], [float(score) for score, _ in hits]

    def _change(self, added: Iterable[Chunk], deleted: Iterable[Chunk]) -> None:
        # One thread writes, as for the other engines.
        writer = self._opened().writer(_HEAP, num_threads=1)
        for chunk in deleted:
            writer.delete_documents_by_term("id", chunk.id)
        for chunk in added:
            writer.add_document(tantivy.Document(id=chunk.id, text=" ".join(chunk.terms)))
        writer.commit()
        writer.wait_merging_threads()

    def _opened(self) -> tantivy.Index:
        index = tantivy.Index.open(str(self._folder))
        whitespace = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
        index.register_tokenizer(_TOKENISER, whitespace)
        return index
