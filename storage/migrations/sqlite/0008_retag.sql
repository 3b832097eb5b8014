-- The rule that a topic's entries are by, and how far stored articles have been judged again since it
-- changed: those with ids below unjudged have not.
ALTER TABLE topic ADD COLUMN rule TEXT NOT NULL DEFAULT '';
ALTER TABLE topic ADD COLUMN unjudged INTEGER NOT NULL DEFAULT 0;
-- Places that every article of a source is about: a part of what judges them.
ALTER TABLE source ADD COLUMN assume TEXT NOT NULL DEFAULT '';
-- All that articles are judged by at present, in the one row that there is, and who is judging again.
CREATE TABLE retag (
    id         INTEGER PRIMARY KEY,
    rules      TEXT NOT NULL,
    owner      TEXT NOT NULL DEFAULT '',
    held_until INTEGER NOT NULL DEFAULT 0
) STRICT;
-- Single articles to be judged again, such as those of visits that began under other rules.
CREATE TABLE retag_article (
    article_id INTEGER PRIMARY KEY
) STRICT;
