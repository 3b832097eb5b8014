-- Times are unix milliseconds, UTC. Ids of articles are time-ordered: milliseconds << 20 | 20 random bits.

CREATE TABLE host (                       -- one connection at a time to each: the unit of lease
    name   TEXT PRIMARY KEY,
    due_at INTEGER NOT NULL,              -- when it may be claimed: its schedule, and its lease's end while claimed
    token  INTEGER NOT NULL DEFAULT 0,    -- grows with each claim: the fence
    owner  TEXT NOT NULL DEFAULT ''       -- '' when nobody holds it
) STRICT, WITHOUT ROWID;
CREATE INDEX host_due ON host(due_at);

CREATE TABLE source (
    id               INTEGER PRIMARY KEY,
    url              TEXT NOT NULL UNIQUE,
    active           INTEGER NOT NULL,    -- 0: no longer in the config
    host             TEXT NOT NULL REFERENCES host(name),
    title            TEXT NOT NULL, language TEXT NOT NULL, country TEXT NOT NULL,
    tags             TEXT NOT NULL, publish TEXT NOT NULL, every TEXT NOT NULL,
    due_at           INTEGER NOT NULL,      -- no visit before; paused_until: because the publisher asked
    paused_until     INTEGER NOT NULL DEFAULT 0,
    etag             BLOB NOT NULL DEFAULT x'', last_modified BLOB NOT NULL DEFAULT x'',
    validator_url    TEXT NOT NULL DEFAULT '', body_hash BLOB NOT NULL DEFAULT x'',
    own_title        TEXT NOT NULL DEFAULT '', own_language TEXT NOT NULL DEFAULT '',
    site_url         TEXT NOT NULL DEFAULT '',
    last_visit       INTEGER NOT NULL DEFAULT 0, last_success INTEGER NOT NULL DEFAULT 0,
    newest           INTEGER NOT NULL DEFAULT 0, rhythm INTEGER NOT NULL DEFAULT 0,
    failures         INTEGER NOT NULL DEFAULT 0, result TEXT NOT NULL DEFAULT '',
    reason           TEXT NOT NULL DEFAULT '', habits INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX source_host ON source(host, due_at);

CREATE TABLE article (
    id           INTEGER PRIMARY KEY,
    source_id    INTEGER NOT NULL REFERENCES source(id),
    uid          BLOB NOT NULL UNIQUE,    -- the public id
    guid         BLOB NOT NULL, url TEXT NOT NULL,
    canon        BLOB NOT NULL,           -- hash of the normalised link: finds copies in other sources
    title        TEXT NOT NULL, summary TEXT NOT NULL, authors TEXT NOT NULL, categories TEXT NOT NULL,
    language     TEXT NOT NULL, image TEXT NOT NULL, rights TEXT NOT NULL, enclosures TEXT NOT NULL,
    published_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
    hash         BLOB NOT NULL,           -- of all that a reader sees: tells an edit
    likeness     INTEGER NOT NULL         -- SimHash of the text: finds an article whose ids are all new
) STRICT;
CREATE INDEX article_source ON article(source_id, id);
CREATE INDEX article_canon ON article(canon);

CREATE TABLE article_content (
    article_id INTEGER PRIMARY KEY REFERENCES article(id) ON DELETE CASCADE,
    codec      INTEGER NOT NULL,          -- 0 plain, 1 zstd
    html       BLOB NOT NULL
) STRICT;

CREATE TABLE article_key (                -- what an article is known by inside its source; outlives the article
    source_id  INTEGER NOT NULL REFERENCES source(id),
    key        BLOB NOT NULL,
    article_id INTEGER NOT NULL,
    PRIMARY KEY (source_id, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE topic (
    id         INTEGER PRIMARY KEY,
    slug       TEXT NOT NULL UNIQUE,
    active     INTEGER NOT NULL,          -- 0: no longer in the config
    face       BLOB NOT NULL,             -- hash of what its documents show beside the entries
    head       INTEGER NOT NULL DEFAULT 0,    -- the newest entry's seq
    version    INTEGER NOT NULL DEFAULT 1,
    changed_at INTEGER NOT NULL
) STRICT;

CREATE TABLE entry (
    topic_id   INTEGER NOT NULL REFERENCES topic(id),
    seq        INTEGER NOT NULL,
    article_id INTEGER NOT NULL REFERENCES article(id) ON DELETE CASCADE,
    at         INTEGER NOT NULL,          -- orders the topic
    score      REAL NOT NULL,
    evidence   TEXT NOT NULL,
    PRIMARY KEY (topic_id, seq)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX entry_article ON entry(article_id, topic_id);
CREATE INDEX entry_order ON entry(topic_id, at, seq);
