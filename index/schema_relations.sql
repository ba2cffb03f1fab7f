CREATE TABLE clusters (
    document_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    cluster INTEGER NOT NULL,           -- the same for near-duplicates
    PRIMARY KEY (document_id, version)
) WITHOUT ROWID;
CREATE INDEX clusters_by_number ON clusters (cluster);

CREATE TABLE bands (
    band INTEGER NOT NULL,              -- hash of a part of the text's MinHash
    document_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (band, document_id, version)
) WITHOUT ROWID;
CREATE INDEX bands_of_version ON bands (document_id, version);

CREATE TABLE found_translations (
    document_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    other_id TEXT NOT NULL,             -- the same in the other language; each stands for the other
    other_version INTEGER NOT NULL,
    PRIMARY KEY (document_id, version)
) WITHOUT ROWID;
CREATE INDEX found_translations_by_other ON found_translations (other_id, other_version);

CREATE INDEX versions_by_original ON versions (translation_of) WHERE translation_of IS NOT NULL;

CREATE TRIGGER versions_gone AFTER DELETE ON versions BEGIN DELETE FROM clusters WHERE document_id = OLD.document_id AND version = OLD.version; DELETE FROM bands WHERE document_id = OLD.document_id AND version = OLD.version; DELETE FROM found_translations WHERE (document_id = OLD.document_id AND version = OLD.version) OR (other_id = OLD.document_id AND other_version = OLD.version); END;

-- Progress: what a job's documents hold, and where its work was begun or gone on with.
ALTER TABLE items ADD COLUMN characters INTEGER NOT NULL DEFAULT 0;
ALTER TABLE items ADD COLUMN chunks INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN resumed_at TEXT;
ALTER TABLE jobs ADD COLUMN resumed_characters INTEGER NOT NULL DEFAULT 0;
