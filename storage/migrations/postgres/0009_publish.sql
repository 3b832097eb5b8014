-- The id that a topic had first, which no other one has; and those that topics had since and gave up.
ALTER TABLE topic ADD COLUMN origin TEXT NOT NULL DEFAULT '';
UPDATE topic SET origin = slug;
CREATE UNIQUE INDEX topic_origin ON topic(origin);
CREATE TABLE topic_former (
    slug     TEXT PRIMARY KEY,
    topic_id BIGINT NOT NULL REFERENCES topic(id)
);
-- How much of a topic its documents show, and retention leaves alone; the span in milliseconds.
ALTER TABLE topic ADD COLUMN shown_least BIGINT NOT NULL DEFAULT 50;
ALTER TABLE topic ADD COLUMN shown_span BIGINT NOT NULL DEFAULT 86400000;
ALTER TABLE topic ADD COLUMN shown_most BIGINT NOT NULL DEFAULT 500;
-- The primary subtag of the article's language or, when it has none, of its source's.
ALTER TABLE entry ADD COLUMN language TEXT NOT NULL DEFAULT '';
UPDATE entry SET language = lower(split_part(CASE WHEN a.language = '' THEN s.language ELSE a.language END, '-', 1))
    FROM article a JOIN source s ON s.id = a.source_id WHERE a.id = entry.article_id;
CREATE INDEX entry_language ON entry(topic_id, language, at, seq);
-- The order of all topics together.
CREATE INDEX entry_at ON entry(at, article_id, topic_id);
