-- How often an article was edited within the day that began at edits_since: an article that is another
-- at every visit rests after so many.
ALTER TABLE article ADD COLUMN edits INTEGER NOT NULL DEFAULT 0;
ALTER TABLE article ADD COLUMN edits_since INTEGER NOT NULL DEFAULT 0;
