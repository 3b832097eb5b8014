package storage

import (
	"context"
	"embed"
	"fmt"
	"log/slog"
	"path"
	"strings"
)

//go:embed migrations
var migrations embed.FS

// migrate brings the schema up to date, in one transaction that keeps other processes out. Files are
// applied in the order of their numbers, forward only; the number of the last one is the version. log hears
// of what may take long.
func migrate(ctx context.Context, e engine, log *slog.Logger) error {
	files, err := migrations.ReadDir(e.dialect().migrations)
	if err != nil {
		panic(err) // cannot happen: they are embedded
	}
	return e.locked(ctx, func(s session) error {
		if _, err := s.exec(ctx, "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)"); err != nil {
			return err
		}
		var have int
		known, err := one(ctx, s, []any{&have}, "SELECT version FROM schema_version")
		if err != nil {
			return err
		}
		if have > len(files) {
			return fmt.Errorf("its schema has version %d and this program knows %d; use the newer tributary that made it", have, len(files))
		}
		if known && have < len(files) {
			log.Info("bringing the database up to date, which may take minutes", "from", have, "to", len(files))
		}
		for i, f := range files[have:] {
			if number, _, _ := strings.Cut(f.Name(), "_"); number != fmt.Sprintf("%04d", have+i+1) {
				panic("migration out of order: " + f.Name()) // cannot happen: a test reads the names
			}
			text, err := migrations.ReadFile(path.Join(e.dialect().migrations, f.Name()))
			if err != nil {
				return err
			}
			for statement := range strings.SplitSeq(string(text), ";\n") {
				if strings.TrimSpace(statement) == "" {
					continue
				}
				if _, err := s.exec(ctx, statement); err != nil {
					return fmt.Errorf("migration %s: %w", f.Name(), err)
				}
			}
		}
		if have < textVersion {
			if err := index(ctx, s, e.dialect()); err != nil {
				return fmt.Errorf("fill the full-text index: %w", err)
			}
		}
		if known {
			_, err = s.exec(ctx, "UPDATE schema_version SET version = $1", len(files))
		} else {
			_, err = s.exec(ctx, "INSERT INTO schema_version VALUES ($1)", len(files))
		}
		return err
	})
}
