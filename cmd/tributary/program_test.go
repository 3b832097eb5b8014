package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// program builds the real binary, once for all tests.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "tributary-test-")
	if err != nil {
		return "", err
	}
	binary := filepath.Join(dir, "tributary")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return binary, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if binary, err := program(); err == nil {
		os.RemoveAll(filepath.Dir(binary))
	}
	os.Exit(code)
}

// tributary gives the program with arguments, ready to start; it ends with the test.
func tributary(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	binary, err := program()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	return exec.CommandContext(ctx, binary, args...)
}

// finish runs the program to its end and gives its exit code and what it printed.
func finish(t *testing.T, cmd *exec.Cmd) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

// writeConfig writes a config file into a folder of its own, with topics of the demo and the given
// sources, and gives its name.
func writeConfig(t *testing.T, listen string, more string, sources ...string) string {
	t.Helper()
	dir := t.TempDir()
	var b strings.Builder
	fmt.Fprintf(&b, "site: {title: Test, url: 'http://%s'}\nlisten: %s\nstorage: '%s'\n%s\nsources:\n", listen, listen, filepath.Join(dir, "t.db"), more)
	for _, s := range sources {
		fmt.Fprintf(&b, "  - url: %s\n", s)
	}
	_, topics, _ := strings.Cut(demoConfig, "topics:\n")
	b.WriteString("topics:\n" + topics)
	file := filepath.Join(dir, "config.yaml")
	if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

// eager is a crawl section for sources on this machine.
const eager = "crawl: {every: 1s, min_interval: 0s, host_gap: 0s, timeout: 2s, allow_private: true}\nlog: {level: warn}"

// freeAddress gives an address of this machine that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func get(t *testing.T, url string) (*http.Response, string) {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(body)
}

// eventually waits until ok, and fails after a time that is far longer than it takes.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("never: %s", what)
}

// endWell tells a program to stop when the test ends, which it must do well.
func endWell(t *testing.T, cmd *exec.Cmd) {
	t.Cleanup(func() {
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			t.Error(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("%v ended with %v", cmd.Args[1:], err)
		}
	})
}

// startDemo runs the real demo and gives the address of its pages. It is told to stop when the test
// ends, and must end well.
func startDemo(t *testing.T) (base string) {
	t.Helper()
	cmd := tributary(t, "demo", "--listen", "127.0.0.1:0", "--every", "1s")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	endWell(t, cmd)
	lines := bufio.NewScanner(stdout)
	for link := regexp.MustCompile(`(http://[^ ]+)/topics/latin-america\.json`); lines.Scan(); {
		if found := link.FindStringSubmatch(lines.Text()); found != nil {
			go io.Copy(io.Discard, stdout)
			return found[1]
		}
	}
	t.Fatal("the demo printed no URLs")
	return ""
}

// TestDemo runs the real program: an article about Latin America is in all three formats, and new
// articles come without a restart.
func TestDemo(t *testing.T) {
	topic := startDemo(t) + "/topics/latin-america"
	for _, ext := range []string{".rss", ".atom", ".json", ""} {
		eventually(t, "Cuba in "+ext, func() bool {
			res, body := get(t, topic+ext)
			return res.StatusCode == http.StatusOK && strings.Contains(body, "Cuba")
		})
	}
	_, first := get(t, topic+".json")
	for _, wrong := range []string{"New Mexico", "Mexican restaurant"} {
		if strings.Contains(first, `"title":"`+wrong) {
			t.Errorf("an article that begins with %q is in Latin America", wrong)
		}
	}
	eventually(t, "a new article", func() bool {
		_, now := get(t, topic+".json")
		return strings.Count(now, `"id"`) > strings.Count(first, `"id"`)
	})
}

// TestCannotStart: what keeps the program from starting is one line and exit code 2.
func TestCannotStart(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	const source = "http://127.0.0.1:1/feed"
	newer := writeConfig(t, freeAddress(t), eager, source)
	finish(t, tributary(t, "crawl", "--config", newer))
	setVersion(t, filepath.Join(filepath.Dir(newer), "t.db"), 999)
	damaged := writeConfig(t, freeAddress(t), eager, source)
	if err := os.WriteFile(filepath.Join(filepath.Dir(damaged), "t.db"), []byte(strings.Repeat("no database ", 1000)), 0o644); err != nil {
		t.Fatal(err)
	}
	in := func(storage string) string {
		file := writeConfig(t, freeAddress(t), eager, source)
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		changed := regexp.MustCompile(`(?m)^storage: .*$`).ReplaceAll(text, []byte("storage: '"+storage+"'"))
		if err := os.WriteFile(file, changed, 0o644); err != nil {
			t.Fatal(err)
		}
		return file
	}
	for _, test := range []struct{ name, config, want string }{
		{"port taken", writeConfig(t, taken.Addr().String(), eager, source), "address already in use; stop what uses it"},
		{"no folder", in("/nowhere/at/all/t.db"), "the folder /nowhere/at/all: no such file or directory"},
		{"folder cannot be written", in("/proc/t.db"), "/proc/t.db: "},
		{"a folder instead of a file", in(t.TempDir()), "it is a folder, not a file"},
		{"database of a newer version", newer, "its schema has version 999 and this program knows"},
		{"damaged database", damaged, "the file is damaged or is not a SQLite database"},
		{"PostgreSQL is away", in("postgres://nobody:secret@127.0.0.1:1/none"), "cannot connect to PostgreSQL"},
		{"no config", "/nowhere/config.yaml", "open /nowhere/config.yaml: no such file or directory; name the file with --config"},
		{"bad config", "testdata/bad/unknown-key.yaml", `testdata/bad/unknown-key.yaml:2:3: unknown key "titel"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			code, stdout, stderr := finish(t, tributary(t, "serve", "--config", test.config))
			if code != exitCouldNot || !strings.Contains(stderr, test.want) {
				t.Errorf("exit code %d, %q; want %d and %q", code, stderr, exitCouldNot, test.want)
			}
			if stdout != "" || strings.Count(stderr, "\n") != 1 || strings.Contains(stderr, "secret") {
				t.Errorf("not one line: %q %q", stdout, stderr)
			}
		})
	}
}

func TestUsage(t *testing.T) {
	for _, test := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"version"}, exitFine, "tributary "},
		{[]string{"--help"}, exitFine, "Visit the sources that are due"},
		{[]string{"check", "--config", reference}, exitFine, "is fine: "},
		{[]string{"check", "--config", "testdata/bad/bad-cron.yaml"}, exitNo, "testdata/bad/bad-cron.yaml:10:16: "},
		{[]string{"check", "--json", "--config", "testdata/bad/bad-cron.yaml"}, exitNo, `"line":10,"column":16`},
		{[]string{"crawl", "--config", "testdata/bad/bad-cron.yaml"}, exitCouldNot, "testdata/bad/bad-cron.yaml:10:16: "},
		{[]string{"swim"}, exitCouldNot, "unexpected argument swim"},
		{nil, exitCouldNot, "expected one of"},
	} {
		t.Run(strings.Join(test.args, " "), func(t *testing.T) {
			code, stdout, stderr := finish(t, tributary(t, test.args...))
			if code != test.code || !strings.Contains(stdout+stderr, test.want) {
				t.Errorf("exit code %d, want %d; printed %q %q, want %q", code, test.code, stdout, stderr, test.want)
			}
		})
	}
}
