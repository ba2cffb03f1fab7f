"""Documents in, a searchable index out: text, chunks, embeddings, catalog, snapshots."""
