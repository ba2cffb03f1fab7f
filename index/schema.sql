CREATE TABLE documents (
    id TEXT PRIMARY KEY,
    version INTEGER NOT NULL,           -- the live one, or the last one before the deletion
    deleted INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

CREATE TABLE versions (
    document_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    title TEXT,
    language TEXT NOT NULL,
    declared_language TEXT,
    url TEXT,
    published_at TEXT,
    source TEXT,
    metadata TEXT NOT NULL,             -- a JSON object
    translation_of TEXT,
    text TEXT NOT NULL,
    characters INTEGER NOT NULL,
    sha256 TEXT NOT NULL,               -- of the text in UTF-8
    updated_at TEXT NOT NULL,
    PRIMARY KEY (document_id, version)
) WITHOUT ROWID;

CREATE TABLE chunks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used again: a deleted chunk stays gone
    document_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    language TEXT NOT NULL,
    input_key BLOB NOT NULL,            -- hash of what was embedded, and by which model
    vector BLOB NOT NULL                -- float32, little-endian
);
CREATE INDEX chunks_of_version ON chunks (document_id, version);
CREATE INDEX chunks_of_input ON chunks (input_key);

CREATE TABLE tombstones (
    chunk_id INTEGER PRIMARY KEY        -- still in the published snapshot, but deleted
);

CREATE TABLE jobs (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL,
    created_at TEXT NOT NULL,
    finished_at TEXT,
    index_version TEXT
);

CREATE TABLE items (
    job INTEGER NOT NULL REFERENCES jobs (sequence),
    position INTEGER NOT NULL,
    document_id TEXT,
    state TEXT NOT NULL,                -- pending, staged, or what became of it
    payload TEXT,                       -- the document's fields as JSON, until it is staged
    staged_version INTEGER,
    error TEXT,
    PRIMARY KEY (job, position)
) WITHOUT ROWID;
CREATE INDEX items_of_document ON items (document_id);

CREATE TABLE state (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;
