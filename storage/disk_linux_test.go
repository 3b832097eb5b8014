package storage_test

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"tributary/storage"
)

// TestBackupToFullDisk: a disk without space, or without leave to write, is one line and leaves
// nothing behind.
func TestBackupToFullDisk(t *testing.T) {
	source := filled(t, filepath.Join(t.TempDir(), "t.db"), 500)
	small := mount(t, "size=128k", 0)
	_, err := storage.Backup(t.Context(), source, filepath.Join(small, "b.db"))
	oneLine(t, err, "the disk is full")
	noFiles(t, small)
	_, err = storage.Copy(t.Context(), source, filepath.Join(small, "c.db"), silent)
	oneLine(t, err, "the disk is full")
	noFiles(t, small)
	backup := filepath.Join(t.TempDir(), "b.db")
	if _, err := storage.Backup(t.Context(), source, backup); err != nil {
		t.Fatal(err)
	}
	_, err = storage.Restore(t.Context(), backup, filepath.Join(small, "t.db"), storage.Restoring{})
	oneLine(t, err, "no space left on device")
	noFiles(t, small)
	sealed := mount(t, "", unix.MS_RDONLY)
	_, err = storage.Backup(t.Context(), source, filepath.Join(sealed, "b.db"))
	oneLine(t, err, "cannot open or create the file")
}

// mount gives a small file system of its own; the test is skipped where it may not.
func mount(t *testing.T, options string, flags uintptr) string {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("SKIPPED: a full disk needs root")
	}
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", flags, options); err != nil {
		t.Skipf("SKIPPED: a full disk needs a mount: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	return dir
}
