"""Lexical engines compared: SQLite FTS5, tantivy and bm25s, on the same analysed terms."""
