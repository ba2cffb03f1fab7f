CREATE TABLE keys (
    id TEXT PRIMARY KEY,                -- the part of a key that is shown
    name TEXT NOT NULL,
    hash BLOB NOT NULL,                 -- SHA-256 of the secret part, which is kept nowhere
    scopes TEXT NOT NULL,               -- a JSON list
    filters TEXT NOT NULL,              -- as in a request, JSON
    origins TEXT NOT NULL,              -- a JSON list: where a publishable key may be used
    created_at TEXT NOT NULL,
    expires_at TEXT,
    revoked_at TEXT
) WITHOUT ROWID;

CREATE TABLE feedback (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    answer_id TEXT NOT NULL UNIQUE,     -- who changes their mind replaces what they said
    rating INTEGER NOT NULL,
    comment TEXT,
    answer TEXT NOT NULL,               -- the question, what was answered and cited, JSON
    created_at TEXT NOT NULL
);
