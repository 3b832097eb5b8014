-- What a topic shows of stories, and the entries whose articles have been placed among them: those up to
-- grouped. The entries that are there already count as placed, each alone.
ALTER TABLE topic ADD COLUMN stories TEXT NOT NULL DEFAULT '';
ALTER TABLE topic ADD COLUMN min_sources INTEGER NOT NULL DEFAULT 0;
ALTER TABLE topic ADD COLUMN grouped INTEGER NOT NULL DEFAULT 0;
UPDATE topic SET grouped = head;
CREATE TABLE topic_prefer (               -- the sources whose articles stand for their stories
    topic_id  INTEGER NOT NULL REFERENCES topic(id),
    source_id INTEGER NOT NULL REFERENCES source(id),
    rank      INTEGER NOT NULL,           -- the lowest first
    PRIMARY KEY (topic_id, source_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE story_article (              -- of stories that several articles tell
    article_id INTEGER PRIMARY KEY REFERENCES article(id) ON DELETE CASCADE,
    story      BLOB NOT NULL,             -- uid of the first article, which may be gone
    source_id  INTEGER NOT NULL REFERENCES source(id),
    tellers    INTEGER NOT NULL           -- how many sources have told the story; copies of one article count once
) STRICT;
CREATE UNIQUE INDEX story_source ON story_article(story, source_id);

CREATE TABLE story_recent (               -- the articles that later ones are compared with
    number     INTEGER PRIMARY KEY,       -- counts them in the order in which they were placed
    article_id INTEGER NOT NULL,          -- may be gone
    uid        BLOB NOT NULL, story BLOB NOT NULL,
    source     TEXT NOT NULL,
    at         INTEGER NOT NULL, seen INTEGER NOT NULL,
    signature  BLOB NOT NULL
) STRICT;
CREATE TABLE story_turn (                 -- one row: the process that places articles
    id         INTEGER PRIMARY KEY,
    owner      TEXT NOT NULL,
    held_until INTEGER NOT NULL
) STRICT;
