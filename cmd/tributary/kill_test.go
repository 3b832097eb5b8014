package main

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// growingWeb is a publisher whose feeds bring an article more at each request, until it is frozen. It
// is the witness of when each was asked for.
type growingWeb struct {
	*httptest.Server
	mu     sync.Mutex
	frozen bool
	shown  map[string]int         // articles so far
	asked  map[string][]time.Time // by path
}

func newGrowingWeb(t *testing.T) *growingWeb {
	w := &growingWeb{shown: map[string]int{}, asked: map[string][]time.Time{}}
	w.Server = httptest.NewServer(w)
	t.Cleanup(w.Close)
	return w
}

func (w *growingWeb) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	if !w.frozen {
		w.shown[r.URL.Path]++
	}
	w.asked[r.URL.Path] = append(w.asked[r.URL.Path], time.Now())
	n := w.shown[r.URL.Path]
	w.mu.Unlock()
	io.WriteString(out, rssFeed(r.URL.Path[1:], n))
}

// acknowledged is what a process has said that it stored.
type acknowledged struct {
	mu     sync.Mutex
	new    map[string]int       // articles, by the source's path
	visits map[string]time.Time // the last one
}

// visited is the line that follows the commit of a visit.
var visited = regexp.MustCompile(`msg=visited source=http://[^/]+(/\S+) .* new=(\d+) `)

func (a *acknowledged) read(log io.Reader) {
	for lines := bufio.NewScanner(log); lines.Scan(); {
		if m := visited.FindStringSubmatch(lines.Text()); m != nil {
			n, _ := strconv.Atoi(m[2])
			a.mu.Lock()
			a.new[m[1]] += n
			a.visits[m[1]] = time.Now()
			a.mu.Unlock()
		}
	}
}

// kills is how many moments TestKill tries; TRIBUTARY_KILLS says more.
func kills() int {
	if n, err := strconv.Atoi(os.Getenv("TRIBUTARY_KILLS")); err == nil {
		return n
	}
	return 5
}

const visitEvery = 2 * time.Second

// TestKill kills the real program with -9 at random moments while it crawls and serves. Whatever it
// had said that it stored is there, once; the database is whole; and no source is asked early.
func TestKill(t *testing.T) {
	const sources = 12
	web := newGrowingWeb(t)
	var urls []string
	for i := range sources {
		urls = append(urls, fmt.Sprintf("%s/s%d", web.URL, i))
	}
	crawl := fmt.Sprintf("crawl: {every: %s, min_interval: %s, host_gap: 0s, timeout: 2s, allow_private: true}\nlog: {level: debug}", visitEvery, visitEvery)
	address := freeAddress(t)
	config := writeConfig(t, address, crawl, urls...)
	file := filepath.Join(filepath.Dir(config), "t.db")
	acks := &acknowledged{new: map[string]int{}, visits: map[string]time.Time{}}
	for i := range kills() {
		cmd, read := serveAcknowledging(t, config, acks)
		time.Sleep(rand.N(900 * time.Millisecond))
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		cmd.Wait()
		<-read
		if _, err := os.Stat(file); err == nil { // not killed before it had begun
			checkStored(t, i, file, acks)
		}
	}
	web.mu.Lock()
	web.frozen = true
	web.mu.Unlock()
	checkRestart(t, config, address, file, web, acks)
	checkNotEarly(t, web)
}

// serveAcknowledging starts the program; read is closed when all that it said has been read.
func serveAcknowledging(t *testing.T, config string, acks *acknowledged) (cmd *exec.Cmd, read chan struct{}) {
	t.Helper()
	cmd = tributary(t, "serve", "--config", config)
	log, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	read = make(chan struct{})
	go func() {
		defer close(read)
		acks.read(log)
	}()
	return cmd, read
}

// checkStored looks into the database of a program that was killed.
func checkStored(t *testing.T, kill int, file string, acks *acknowledged) {
	t.Helper()
	db := openFile(t, file)
	defer db.Close()
	var verdict string
	if err := db.QueryRow("PRAGMA integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
		t.Fatalf("kill %d: integrity %q, %v", kill, verdict, err)
	}
	var articles, links, entries, head int
	err := db.QueryRow(`SELECT (SELECT count(*) FROM article), (SELECT count(DISTINCT url) FROM article),
		(SELECT count(*) FROM entry WHERE topic_id = 1), (SELECT coalesce(max(head), 0) FROM topic WHERE id = 1)`).Scan(&articles, &links, &entries, &head)
	if err != nil {
		if strings.Contains(err.Error(), "no such table") { // killed before the schema was there
			return
		}
		t.Fatal(err)
	}
	if articles != links || articles != entries || entries != head {
		t.Errorf("kill %d: %d articles with %d links, %d entries, head %d", kill, articles, links, entries, head)
	}
	for path, n := range acks.new {
		var stored int
		if err := db.QueryRow(`SELECT count(*) FROM article a JOIN source s ON s.id = a.source_id WHERE s.url LIKE '%' || $1`, path).Scan(&stored); err != nil {
			t.Fatal(err)
		}
		if stored < n {
			t.Errorf("kill %d: %s has %d articles, and %d were acknowledged", kill, path, stored, n)
		}
	}
}

// checkRestart lets the program come to rest, kills it once more, and asks for the same documents.
func checkRestart(t *testing.T, config, address, file string, web *growingWeb, acks *acknowledged) {
	t.Helper()
	cmd, read := serveAcknowledging(t, config, acks)
	eventually(t, "an answer", func() bool { return answers(address) }) // on a slow machine no process may have lived so long
	want := 0
	for _, n := range web.shown {
		want += n
	}
	eventually(t, fmt.Sprintf("%d articles", want), func() bool { return number(t, file, "SELECT count(*) FROM article") == want })
	eventually(t, "all placed among the stories", func() bool { return number(t, file, "SELECT count(*) FROM topic WHERE grouped < head") == 0 })
	time.Sleep(1500 * time.Millisecond) // the last revision is rendered when its second has ended
	topic := "http://" + address + "/topics/latin-america"
	before := map[string]string{}
	for _, ext := range []string{".rss", ".atom", ".json", ""} {
		res, body := get(t, topic+ext)
		before[ext] = res.Header.Get("Etag") + res.Header.Get("Last-Modified") + body
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()
	<-read
	checkStored(t, -1, file, acks)
	cmd, read = serveAcknowledging(t, config, acks)
	eventually(t, "an answer", func() bool { return answers(address) })
	for ext, was := range before {
		if res, body := get(t, topic+ext); res.Header.Get("Etag")+res.Header.Get("Last-Modified")+body != was {
			t.Errorf("%s is another document after the restart", topic+ext)
		}
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("told to stop, it ended with %v", err)
	}
	<-read
}

// checkNotEarly: nobody is asked before the least interval has passed, also when the process was killed
// between the request and the commit.
func checkNotEarly(t *testing.T, web *growingWeb) {
	t.Helper()
	web.mu.Lock()
	defer web.mu.Unlock()
	const late = 500 * time.Millisecond // that a request may come after the claim that counts
	for path, asked := range web.asked {
		for i := range asked[1:] {
			if gap := asked[i+1].Sub(asked[i]); gap < visitEvery-late {
				t.Errorf("%s was asked again after %s", path, gap)
			}
		}
	}
}

// hostsWeb answers on every loopback address, one for each made-up host, and is the witness of who is
// asked by two at once.
type hostsWeb struct {
	mu      sync.Mutex
	running map[string]int
	most    int
	asked   map[string]int
	half    chan struct{}
	until   int
}

func (w *hostsWeb) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	w.running[r.Host]++
	w.most = max(w.most, w.running[r.Host])
	w.asked[r.Host+r.URL.Path]++
	if len(w.asked) == w.until {
		close(w.half)
		w.until = 0
	}
	w.mu.Unlock()
	time.Sleep(20 * time.Millisecond)
	io.WriteString(out, rssFeed("s"+r.URL.Path[1:], 3))
	w.mu.Lock()
	w.running[r.Host]--
	w.mu.Unlock()
}

// TestManyCrawlers: four processes crawl from one PostgreSQL database, and one is killed in the middle.
// Every source is visited and stored once, and no host is asked by two at once.
func TestManyCrawlers(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("SKIPPED: this system has one loopback address")
	}
	dsn := testDatabase(t)
	const hosts, perHost = 60, 3
	web := &hostsWeb{running: map[string]int{}, asked: map[string]int{}, half: make(chan struct{}), until: hosts * perHost / 3}
	l, err := net.Listen("tcp", "0.0.0.0:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: web}
	go server.Serve(l)
	defer server.Close()
	var urls []string
	for i := range hosts * perHost {
		urls = append(urls, fmt.Sprintf("http://127.0.1.%d:%d/%d", 1+i%hosts, l.Addr().(*net.TCPAddr).Port, i))
	}
	config := writeConfig(t, freeAddress(t), strings.Replace(eager, "every: 1s", "every: 1h", 1), urls...)
	useStorage(t, config, dsn)
	var crawlers []*exec.Cmd
	for range 4 {
		cmd := tributary(t, "crawl", "--config", config)
		cmd.Stderr = os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		crawlers = append(crawlers, cmd)
	}
	<-web.half
	if err := crawlers[0].Process.Kill(); err != nil {
		t.Fatal(err)
	}
	for i, cmd := range crawlers {
		if err := cmd.Wait(); err != nil && i > 0 {
			t.Errorf("crawler %d ended with %v", i, err)
		}
	}
	web.mu.Lock()
	defer web.mu.Unlock()
	if web.most != 1 {
		t.Errorf("a host was asked by %d at once", web.most)
	}
	if len(web.asked) != len(urls) {
		t.Errorf("%d of %d sources were visited", len(web.asked), len(urls))
	}
	checkStoredOnce(t, dsn, len(urls), 3*len(urls))
}
