package storage

import (
	"context"
	"fmt"
	"strings"
)

func (e *sqliteEngine) columns(ctx context.Context, s session, table string) (names []string, err error) {
	err = s.query(ctx, func(r rowScanner) error {
		var name string
		err := r.Scan(&name)
		names = append(names, name)
		return err
	}, `SELECT name FROM pragma_table_info($1) ORDER BY name`, table)
	return names, err
}

func (e *sqliteEngine) load(ctx context.Context, s session, table string, columns []string, rows [][]any) error {
	marks := make([]string, len(columns))
	for i := range marks {
		marks[i] = fmt.Sprintf("$%d", i+1)
	}
	return s.each(ctx, step{fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)", table, strings.Join(columns, ", "), strings.Join(marks, ", ")), rows})
}

// settle does nothing: ids go on after the greatest one.
func (e *sqliteEngine) settle(context.Context, session) error { return nil }

func (e *sqliteEngine) optimise(ctx context.Context) error {
	return e.write(ctx, func(s session) error {
		_, err := s.exec(ctx, "PRAGMA optimize")
		return err
	})
}
