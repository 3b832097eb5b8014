package storage

import (
	"context"
	"strconv"
	"strings"
)

// textVersion is the migration that emptied the full-text index. Its rows are not made in SQL, because
// what a word is must be the same on every engine.
const textVersion = 11

// indexedTogether is how many articles are indexed in one piece.
const indexedTogether = 500

// index fills the full-text index, which is empty, from the stored articles.
func index(ctx context.Context, s session, dialect *dialect) error {
	for _, statement := range dialect.beforeTexts {
		if _, err := s.exec(ctx, statement); err != nil {
			return err
		}
	}
	if err := indexAll(ctx, s, dialect); err != nil {
		return err
	}
	for _, statement := range dialect.afterTexts {
		if _, err := s.exec(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

func indexAll(ctx context.Context, s session, dialect *dialect) error {
	for after := int64(0); ; {
		var rows [][]any
		err := s.query(ctx, func(r rowScanner) error {
			var source int64
			var title, summary, language string
			err := r.Scan(&after, &source, &title, &summary, &language)
			rows = append(rows, dialect.indexed(after, title, summary, marks(source, language)))
			return err
		}, `SELECT id, source_id, title, summary, language FROM article WHERE id > $1 ORDER BY id LIMIT $2`, after, indexedTogether)
		if err != nil || len(rows) == 0 {
			return err
		}
		if err := s.each(ctx, step{dialect.indexText, rows}); err != nil {
			return err
		}
	}
}

// indexedRow gives the columns of SQLite's article_text. Its tokenizer only cuts at spaces.
func indexedRow(id int64, title, summary, marks string) []any {
	b := appendWords(make([]byte, 0, 2*len(title)+2*len(summary)+len(marks)), title)
	first := len(b)
	b = append(appendWords(b, summary), marks...)
	return []any{id, string(b[:first]), string(b[first:])}
}

// indexedVector gives the columns of PostgreSQL's article_text, the words as a tsvector is written. Those of
// the title have weight A, and no phrase reaches from there into the summary.
func indexedVector(id int64, title, summary, marks string) []any {
	var b []byte
	position := 0
	for _, field := range [...]struct{ text, weight string }{{title, "A"}, {summary, ""}} {
		for w := range strings.FieldsSeq(string(appendWords(nil, field.text))) {
			position++
			b = append(append(append(b, '\''), w...), "':"...)
			b = append(append(strconv.AppendInt(b, int64(position), 10), field.weight...), ' ')
		}
		position++
	}
	for m := range strings.FieldsSeq(marks + ageMarks(id)) {
		b = append(append(append(b, '\''), m...), "' "...)
	}
	return []any{id, string(b)}
}
