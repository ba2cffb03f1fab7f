-- What the headings of a version divide it into: a JSON list of [start, heading], in order.
ALTER TABLE versions ADD COLUMN sections TEXT NOT NULL DEFAULT '[]';
