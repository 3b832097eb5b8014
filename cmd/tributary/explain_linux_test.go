package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"
)

// openTerminal gives both ends of a terminal: what is written to inner is read from outer.
func openTerminal(t *testing.T) (outer, inner *os.File) {
	t.Helper()
	outer, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip("SKIPPED: the machine has no pseudo-terminals: ", err)
	}
	t.Cleanup(func() { outer.Close() })
	n, err := unix.IoctlGetInt(int(outer.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetPointerInt(int(outer.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	inner, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	return outer, inner
}

// TestColours: a terminal gets colours, unless its owner wants none.
func TestColours(t *testing.T) {
	for name, c := range map[string]struct{ noColour, term string }{
		"colours":        {"", "xterm"},
		"no-colours":     {"1", "xterm"},
		"dumb-terminals": {"", "dumb"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("NO_COLOR", c.noColour)
			t.Setenv("TERM", c.term)
			outer, inner := openTerminal(t)
			args := []string{"explain", "--config", filepath.Join(explainFolder, "config.yaml"), "latin-america", filepath.Join(explainFolder, "match.txt")}
			var shown []byte
			var reading sync.WaitGroup
			reading.Go(func() { shown, _ = io.ReadAll(outer) }) // ends with an error when inner is closed
			if code := run(t.Context(), args, terminal{nil, inner, inner}); code != exitFine {
				t.Errorf("exit code %d", code)
			}
			inner.Close()
			reading.Wait()
			got := strings.ReplaceAll(string(shown), "\r\n", "\n")
			golden := "match"
			if name == "colours" {
				golden = name
			}
			compare(t, filepath.Join(explainFolder, golden+".golden"), got)
		})
	}
}
