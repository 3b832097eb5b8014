package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// manager hears of its services as systemd would.
type manager struct {
	address string
	heard   chan string
}

func newManager(t *testing.T) manager {
	t.Helper()
	m := manager{filepath.Join(t.TempDir(), "notify"), make(chan string, 1000)}
	c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: m.address, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	go func() { // at once: the socket keeps ten
		for b := make([]byte, 4096); ; {
			n, err := c.Read(b)
			if err != nil {
				return
			}
			m.heard <- string(b[:n])
		}
	}()
	return m
}

// next is what it hears next.
func (m manager) next(t *testing.T) string {
	t.Helper()
	select {
	case said := <-m.heard:
		return said
	case <-time.After(30 * time.Second):
		t.Fatal("nothing more is said")
		return ""
	}
}

// TestService: the program takes the socket that systemd has opened, says when it is ready, that it is
// alive, and that it stops.
func TestService(t *testing.T) {
	open, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer open.Close()
	fd, err := open.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	defer fd.Close()
	m := newManager(t)
	taken := open.Addr().String() // listening there once more would fail
	direct := tributary(t, "serve", "--config", writeConfig(t, taken, eager, "http://127.0.0.1:1/feed"))
	cmd := exec.Command("sh", append([]string{"-c", `LISTEN_PID=$$ exec "$0" "$@"`}, direct.Args...)...)
	cmd.Env = append(os.Environ(), "NOTIFY_SOCKET="+m.address, "WATCHDOG_USEC=300000", "LISTEN_FDS=1", "LISTEN_FDNAMES=tributary.socket")
	cmd.ExtraFiles, cmd.Stderr = []*os.File{fd}, os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if got, want := m.next(t), "READY=1\nSTATUS=1 sources, 4 topics, http://"+taken; got != want {
		t.Errorf("at first it says %q, want %q", got, want)
	}
	for range 2 {
		if got := m.next(t); got != "WATCHDOG=1" {
			t.Errorf("it says %q, want that it is alive", got)
		}
	}
	if res, _ := get(t, "http://"+taken+"/readyz"); res.StatusCode != http.StatusOK {
		t.Errorf("it is ready, and answers %s", res.Status)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	for got := m.next(t); got != "STOPPING=1"; got = m.next(t) {
		if got != "WATCHDOG=1" {
			t.Fatalf("it says %q, want that it stops", got)
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}

// TestWatchdog: a service that no longer answers is no longer called alive.
func TestWatchdog(t *testing.T) {
	m := newManager(t)
	t.Setenv("NOTIFY_SOCKET", m.address)
	t.Setenv("WATCHDOG_USEC", "30000000")
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
		defer cancel()
		var asked []string
		alive := func(_ context.Context, path string) error {
			asked = append(asked, path)
			if n := len(asked); n < 3 || 5 < n && n < 10 {
				return errors.New("no answer")
			}
			return nil
		}
		if err := supervised(ctx, slog.New(slog.DiscardHandler), "well", alive); err != nil {
			t.Error(err)
		}
		if !slices.Equal(asked[:4], []string{"/readyz", "/readyz", "/readyz", "/healthz"}) || len(asked) != 3+29 {
			t.Errorf("asked %d times: %q", len(asked), asked)
		}
	})
	want := []string{"READY=1\nSTATUS=well"}
	for range 29 - 4 {
		want = append(want, "WATCHDOG=1")
	}
	for _, w := range append(want, "STOPPING=1") {
		if got := m.next(t); got != w {
			t.Fatalf("the manager hears %q, want %q", got, w)
		}
	}
}

// TestPassedSockets: one socket is for the pages and one may lead to them.
func TestPassedSockets(t *testing.T) {
	socket := func() net.Listener {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
		return l
	}
	a, b := socket(), socket()
	for _, test := range []struct {
		name            string
		passed          map[string][]net.Listener
		pages, redirect net.Listener
		want            string
	}{
		{"none", nil, nil, nil, ""},
		{"one", map[string][]net.Listener{"LISTEN_FD_3": {a}}, a, nil, ""},
		{"two", map[string][]net.Listener{"tributary.socket": {a}, "redirect": {b}}, a, b, ""},
		{"two for the pages", map[string][]net.Listener{"tributary.socket": {a, b}}, a, nil, "one socket is for the pages"},
		{"two that lead", map[string][]net.Listener{"redirect": {a, b}}, nil, a, "one with FileDescriptorName=redirect"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var d door
			err := d.take(test.passed)
			if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
				t.Errorf("got error %v, want %q", err, test.want)
			}
			if d.pages != test.pages || d.redirect != test.redirect {
				t.Errorf("took %v", d)
			}
		})
	}
}
