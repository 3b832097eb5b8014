package storage

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

func (e *postgresEngine) columns(ctx context.Context, s session, table string) (names []string, err error) {
	err = s.query(ctx, func(r rowScanner) error {
		var name string
		err := r.Scan(&name)
		names = append(names, name)
		return err
	}, `SELECT column_name::text FROM information_schema.columns
		WHERE table_schema = current_schema() AND table_name = $1 ORDER BY column_name COLLATE "C"`, table)
	return names, err
}

// load uses COPY, which is several times as fast as INSERT.
func (e *postgresEngine) load(ctx context.Context, s session, table string, columns []string, rows [][]any) error {
	_, err := s.(pgSession).on.CopyFrom(ctx, pgx.Identifier{table}, columns, pgx.CopyFromRows(rows))
	return err
}

// settle moves every identity column past the ids that were loaded.
func (e *postgresEngine) settle(ctx context.Context, s session) error {
	type identity struct{ table, column string }
	var identities []identity
	err := s.query(ctx, func(r rowScanner) error {
		var i identity
		err := r.Scan(&i.table, &i.column)
		identities = append(identities, i)
		return err
	}, `SELECT table_name::text, column_name::text FROM information_schema.columns
		WHERE table_schema = current_schema() AND is_identity = 'YES'`)
	if err != nil {
		return err
	}
	for _, i := range identities {
		_, err := s.exec(ctx, fmt.Sprintf(`SELECT setval(pg_get_serial_sequence('%[1]s', '%[2]s'), max(%[2]s)) FROM %[1]s`, i.table, i.column))
		if err != nil {
			return err
		}
	}
	return nil
}

// optimise does nothing: autovacuum analyses.
func (e *postgresEngine) optimise(context.Context) error { return nil }
