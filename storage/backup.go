package storage

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Backup writes a consistent copy of a database into a file, while the service may be running: always
// one SQLite file that needs nothing beside it, whichever engine the database is of. The file has its
// name only after it was read back and found whole; an earlier backup of that name stays until then.
// It never overwrites anything but a backup. A SQLite database may be of an older version.
func Backup(ctx context.Context, dsn, file string) (counts Counts, err error) {
	err = mayReplace(dsn, file)
	if err == nil {
		err = exists(dsn)
	}
	if err == nil {
		err = intoFile(file, func(partial string) error {
			counts, err = backupInto(ctx, dsn, partial)
			return err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("back up %s to %s: %w", Name(dsn), file, err)
	}
	return counts, nil
}

// backupInto writes the copy and reads it back.
func backupInto(ctx context.Context, dsn, partial string) (Counts, error) {
	if err := writable(partial); err != nil {
		return nil, err
	}
	var before Counts
	var err error
	if isPostgres(dsn) {
		before, err = copyDatabase(ctx, dsn, partial, func(int64, int64) {})
		if err == nil {
			err = oneFile(ctx, partial)
		}
	} else {
		before, err = vacuumInto(ctx, dsn, partial)
	}
	if err != nil {
		return nil, err
	}
	counts, err := verify(ctx, partial)
	if err != nil {
		return nil, fmt.Errorf("the copy is not good and was thrown away: %w", err)
	}
	for _, t := range growing {
		if counts[t] < before[t] {
			return nil, fmt.Errorf("the copy is not good and was thrown away: it has %d rows of %s where there are %d", counts[t], t, before[t])
		}
	}
	return counts, nil
}

// mayReplace says whether a backup may be written to a file: a new one, or an earlier backup.
func mayReplace(dsn, file string) error {
	info, err := os.Stat(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return cause(err)
	case info.IsDir():
		return errors.New("it is a folder, not a file")
	}
	if db, err := os.Stat(dsn); err == nil && os.SameFile(db, info) {
		return errors.New("that is the database itself")
	}
	h, err := readHeader(file)
	if err != nil {
		return err
	}
	if h.application != applicationID {
		return errors.New("the file exists and is no backup; name another one")
	}
	if h.wal {
		return errors.New("the file is a database that the service runs on, no backup; name another one")
	}
	return nil
}

// header is what a SQLite file says of itself (https://www.sqlite.org/fileformat.html §1.3).
type header struct {
	sqlite      bool
	application uint32
	wal         bool // as the service leaves its database; a backup is not
}

func readHeader(file string) (h header, err error) {
	f, err := os.Open(file)
	if err != nil {
		return h, cause(err)
	}
	defer f.Close()
	var b [100]byte
	if _, err := io.ReadFull(f, b[:]); err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return h, cause(err)
	}
	if !strings.HasPrefix(string(b[:]), "SQLite format 3\x00") {
		return h, nil
	}
	return header{sqlite: true, application: binary.BigEndian.Uint32(b[68:]), wal: b[18] == 2}, nil
}

// stamp is the form of the time in a backup's name, UTC.
const stamp = "20060102T150405Z"

// DatedName gives file with a time before its extension: tributary-20261124T020000Z.db.
func DatedName(file string, at time.Time) string {
	ext := filepath.Ext(file)
	return strings.TrimSuffix(file, ext) + "-" + at.UTC().Format(stamp) + ext
}

// DatedBackups gives the files that DatedName has named after file, oldest first, with the time of the
// newest; zero when there are none.
func DatedBackups(file string) (files []string, newest time.Time, err error) {
	ext := filepath.Ext(file)
	stem := strings.TrimSuffix(file, ext) + "-"
	found, err := filepath.Glob(escapeGlob(stem) + "*" + escapeGlob(ext))
	if err != nil {
		return nil, newest, fmt.Errorf("list the backups %s*%s: %w", stem, ext, err)
	}
	slices.Sort(found)
	for _, f := range found {
		at, err := time.Parse(stamp, strings.TrimSuffix(strings.TrimPrefix(f, stem), ext))
		if err == nil {
			files, newest = append(files, f), at
		}
	}
	return files, newest, nil
}

// KeepNewest removes the oldest of the dated backups of file until n are left.
func KeepNewest(file string, n int) error {
	files, _, err := DatedBackups(file)
	if err != nil {
		return err
	}
	for _, old := range files[:max(len(files)-n, 0)] {
		if err := os.Remove(old); err != nil {
			return fmt.Errorf("remove the old backup %s: %w", old, cause(err))
		}
	}
	return nil
}

// escapeGlob makes a name its own pattern.
func escapeGlob(name string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(name)
}
