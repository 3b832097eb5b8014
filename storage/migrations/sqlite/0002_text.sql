-- The words of titles and summaries, accents folded; the texts themselves stay in article.
CREATE VIRTUAL TABLE article_text USING fts5(title, summary, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2');
INSERT INTO article_text (rowid, title, summary) SELECT id, title, summary FROM article;
CREATE TRIGGER article_text_gone AFTER DELETE ON article BEGIN DELETE FROM article_text WHERE rowid = old.id; END;

-- The outbox: a topic whose version is above this one has news that nobody was told of.
ALTER TABLE topic ADD COLUMN announced INTEGER NOT NULL DEFAULT 0;
