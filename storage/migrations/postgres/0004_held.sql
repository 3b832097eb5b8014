-- A host's gap outlives everything that changes its schedule.
ALTER TABLE host ADD COLUMN not_before BIGINT NOT NULL DEFAULT 0;
-- A source that was handed out is not asked again before this moment unless its visit is stored, so
-- that a process that dies between the request and the commit makes nobody be asked twice.
ALTER TABLE source ADD COLUMN held_until BIGINT NOT NULL DEFAULT 0;
-- How long the document asks to be left alone; answers without a document say nothing about it.
ALTER TABLE source ADD COLUMN ttl BIGINT NOT NULL DEFAULT 0;
