-- For a source that is lost: where its articles were found again, and when they were last looked for.
ALTER TABLE source ADD COLUMN proposal TEXT NOT NULL DEFAULT '';
ALTER TABLE source ADD COLUMN searched_at BIGINT NOT NULL DEFAULT 0;
