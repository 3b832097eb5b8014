-- The words of titles and summaries as the program cuts and folds them, with marks for source and language,
-- so that both engines find the same. The program fills it.
DROP TABLE article_text;
DROP FUNCTION words(TEXT, TEXT);
DROP FUNCTION folded(TEXT);
CREATE TABLE article_text (
    article_id BIGINT PRIMARY KEY REFERENCES article(id) ON DELETE CASCADE,
    words      tsvector NOT NULL
);
CREATE INDEX article_text_words ON article_text USING gin (words) WITH (gin_pending_list_limit = 256); -- a search reads all that is pending
-- A topic's articles, the newest first.
CREATE INDEX entry_newest ON entry(topic_id, article_id);
