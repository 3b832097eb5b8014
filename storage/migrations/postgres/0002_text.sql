-- The words of titles and summaries, accents folded; the texts themselves stay in article.
CREATE FUNCTION folded(TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE STRICT
    AS $$ SELECT regexp_replace(normalize($1, NFD), '[\u0300-\u036f]', '', 'g') $$;
CREATE FUNCTION words(title TEXT, summary TEXT) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT
    AS $$ SELECT setweight(to_tsvector('simple', folded(title)), 'A') || to_tsvector('simple', folded(summary)) $$;
CREATE TABLE article_text (
    article_id BIGINT PRIMARY KEY REFERENCES article(id) ON DELETE CASCADE,
    words      tsvector NOT NULL
);
INSERT INTO article_text (article_id, words) SELECT id, words(title, summary) FROM article;
CREATE INDEX article_text_words ON article_text USING gin (words);

-- The outbox: a topic whose version is above this one has news that nobody was told of.
ALTER TABLE topic ADD COLUMN announced BIGINT NOT NULL DEFAULT 0;
