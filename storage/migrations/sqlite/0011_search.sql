-- The words of titles and summaries as the program cuts and folds them, with marks for source and language,
-- so that both engines find the same. The program fills it.
DROP TRIGGER article_text_gone;
DROP TABLE article_text;
CREATE VIRTUAL TABLE article_text USING fts5(title, summary, content='', contentless_delete=1, tokenize="ascii tokenchars '='");
INSERT INTO article_text (article_text, rank) VALUES ('automerge', 8);
CREATE TRIGGER article_text_gone AFTER DELETE ON article BEGIN DELETE FROM article_text WHERE rowid = old.id; END;
-- A topic's articles, the newest first.
CREATE INDEX entry_newest ON entry(topic_id, article_id);
