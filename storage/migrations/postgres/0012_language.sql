-- The order of all topics together in one language: where few articles have it, a search along entry_at reads all.
CREATE INDEX entry_language_at ON entry(language, at, article_id, topic_id);
