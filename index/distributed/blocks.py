"""Documents and what becomes of them as Arrow tables, a row a document."""

from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from index.chunking import Chunk
from index.preparing import Given, Prepared, PreparedChunk
from index.text.spans import Span

_GIVEN = pa.schema(
    {"title": pa.string(), "text": pa.large_string(), "known": pa.list_(pa.binary())}
)
_CHUNK = pa.struct(
    {"start": pa.int64(), "end": pa.int64(), "language": pa.string(), "key": pa.binary(),
     "text": pa.string()}
)  # fmt: skip
_VECTOR = pa.struct({"key": pa.binary(), "vector": pa.binary()})
_PREPARED = pa.schema({"chunks": pa.list_(_CHUNK), "vectors": pa.list_(_VECTOR)})


def given_table(documents: Iterable[Given]) -> pa.Table:
    """Return documents as rows."""
    rows = [{"title": d.title, "text": d.text, "known": sorted(d.known)} for d in documents]
    return pa.Table.from_pylist(rows, schema=_GIVEN)


def given_of(table: pa.Table) -> list[Given]:
    """Return the documents of ``given_table``."""
    return [Given(r["title"], r["text"], frozenset(r["known"])) for r in table.to_pylist()]


def prepared_table(prepared: Iterable[Prepared]) -> pa.Table:
    """Return what became of documents as rows."""
    rows = [
        {
            "chunks": [_chunk_row(chunk) for chunk in made.chunks],
            "vectors": [{"key": k, "vector": vector} for k, vector in made.vectors.items()],
        }
        for made in prepared
    ]
    return pa.Table.from_pylist(rows, schema=_PREPARED)


def prepared_of(table: pa.Table) -> list[Prepared]:
    """Return what ``prepared_table`` was given."""
    return [
        Prepared(
            [
                PreparedChunk(
                    Chunk(Span(chunk["start"], chunk["end"]), chunk["language"]),
                    chunk["key"],
                    chunk["text"],
                )
                for chunk in row["chunks"]
            ],
            {pair["key"]: pair["vector"] for pair in row["vectors"]},
        )
        for row in table.to_pylist()
    ]


def _chunk_row(prepared: PreparedChunk) -> dict[str, Any]:
    chunk = prepared.chunk
    return {
        "start": chunk.span.start,
        "end": chunk.span.end,
        "language": chunk.language,
        "key": prepared.key,
        "text": prepared.text,
    }
