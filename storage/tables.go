package storage

import (
	"context"
	"fmt"
	"slices"
)

// table is one that a copy carries over, and the order in which its rows go.
type table struct{ name, key string }

// tables is everything that is kept, in an order in which rows come after those they refer to. Not in
// it are the full-text index, which is made from the articles, and schema_version.
var tables = []table{
	{"host", "name"},
	{"source", "id"},
	{"last_document", "source_id"},
	{"article", "id"},
	{"article_content", "article_id"},
	{"article_key", "source_id, key"},
	{"topic", "id"},
	{"topic_former", "slug"},
	{"entry", "topic_id, seq"},
	{"retag", "id"},
	{"retag_article", "article_id"},
	{"topic_prefer", "topic_id, source_id"},
	{"story_article", "article_id"},
	{"story_recent", "number"},
	{"story_turn", "id"},
}

// growing are the tables whose rows never leave.
var growing = []string{"source", "topic", "article_key"}

// Counts says how many rows each table has: "source", "topic", "article", "entry" and others.
type Counts map[string]int64

// Rows is the sum of all tables.
func (c Counts) Rows() (n int64) {
	for _, rows := range c {
		n += rows
	}
	return n
}

// countRows counts the tables of this version's schema.
func countRows(ctx context.Context, s session) (Counts, error) {
	counts := Counts{}
	for _, t := range tables {
		var n int64
		if _, err := one(ctx, s, []any{&n}, "SELECT count(*) FROM "+t.name); err != nil {
			return nil, err
		}
		counts[t.name] = n
	}
	return counts, nil
}

// schemaVersion gives the number of the newest migration that a database has had.
func schemaVersion(ctx context.Context, s session) (version int, err error) {
	_, err = one(ctx, s, []any{&version}, "SELECT version FROM schema_version")
	return version, err
}

// sameColumns gives a table's columns, and fails where two databases do not agree on them.
func sameColumns(ctx context.Context, from, to engine, read, write session, table string) ([]string, error) {
	columns, err := from.columns(ctx, read, table)
	if err != nil {
		return nil, err
	}
	other, err := to.columns(ctx, write, table)
	if err != nil {
		return nil, err
	}
	if !slices.Equal(columns, other) {
		return nil, fmt.Errorf("table %s has columns %v here and %v there", table, columns, other)
	}
	return columns, nil
}
