package storage

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// abandoned is the age at which a partial file belongs to nobody any more.
const abandoned = 24 * time.Hour

// intoFile lets write make a file, and puts it in its place once it is whole and safely on the disk.
// Under its name there is never half a file, whatever stops us.
func intoFile(name string, write func(partial string) error) (err error) {
	clearAbandoned(name)
	partial := fmt.Sprintf("%s.partial-%d", name, os.Getpid())
	removeDatabase(partial)
	defer func() {
		if err != nil {
			removeDatabase(partial)
		}
	}()
	if err := write(partial); err != nil {
		return err
	}
	if err := syncFile(partial); err != nil {
		return err
	}
	if err := os.Rename(partial, name); err != nil {
		return cause(err)
	}
	return syncFile(filepath.Dir(name))
}

// sidecars are what SQLite may leave beside a database.
var sidecars = []string{"-wal", "-shm", "-journal"}

func removeDatabase(name string) {
	for _, suffix := range append([]string{""}, sidecars...) {
		os.Remove(name + suffix) // what cannot be removed shows when it is written
	}
}

// clearAbandoned removes what processes that were killed have left.
func clearAbandoned(name string) {
	left, err := filepath.Glob(escapeGlob(name) + ".partial-*")
	if err != nil {
		return // cannot happen: the pattern is escaped
	}
	for _, file := range left {
		if info, err := os.Stat(file); err == nil && time.Since(info.ModTime()) > abandoned {
			os.Remove(file)
		}
	}
}

// syncFile waits until a file, or a folder's list of names, is on the disk.
func syncFile(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return cause(err)
	}
	return errors.Join(f.Sync(), f.Close())
}

// exists asks for a database's file, because opening would make an empty one.
func exists(dsn string) error {
	if isPostgres(dsn) {
		return nil
	}
	info, err := os.Stat(dsn)
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", dsn, cause(err))
	case info.IsDir():
		return fmt.Errorf("%s is a folder, not a file", dsn)
	}
	return nil
}

// cause drops from a file's error what was done to which path: the message says so already.
func cause(err error) error {
	var pe *fs.PathError
	var le *os.LinkError
	switch {
	case errors.As(err, &pe):
		return pe.Err
	case errors.As(err, &le):
		return le.Err
	}
	return err
}
