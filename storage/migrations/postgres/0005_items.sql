-- What the source's last document held: for each item the hash of its bytes, its time of publication and its
-- article, 32 bytes in all. An item of the same bytes is not read again.
CREATE TABLE last_document (
    source_id BIGINT PRIMARY KEY REFERENCES source(id),
    items     BYTEA NOT NULL
);
