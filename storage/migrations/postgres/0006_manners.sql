-- Where permanent redirects lead: what is asked in place of url, and what may be once it was seen often.
ALTER TABLE source ADD COLUMN adopted_url TEXT NOT NULL DEFAULT '';
ALTER TABLE source ADD COLUMN moved_url TEXT NOT NULL DEFAULT '';
ALTER TABLE source ADD COLUMN moved_since BIGINT NOT NULL DEFAULT 0;
ALTER TABLE source ADD COLUMN moved_seen INTEGER NOT NULL DEFAULT 0;
CREATE INDEX source_adopted ON source(adopted_url) WHERE adopted_url <> '';
-- When the failures in a row began, and the answers 410 among them.
ALTER TABLE source ADD COLUMN failing_since BIGINT NOT NULL DEFAULT 0;
ALTER TABLE source ADD COLUMN gone_since BIGINT NOT NULL DEFAULT 0;
-- What validators are worth: the last answer that was not a 304, and the bodies that came in spite of them.
ALTER TABLE source ADD COLUMN last_body BIGINT NOT NULL DEFAULT 0;
ALTER TABLE source ADD COLUMN ignored INTEGER NOT NULL DEFAULT 0;
-- The hours and days in which the document says that nothing new comes, as bits.
ALTER TABLE source ADD COLUMN skip BIGINT NOT NULL DEFAULT 0;
-- Why due_at is when it is, for people.
ALTER TABLE source ADD COLUMN because TEXT NOT NULL DEFAULT '';
