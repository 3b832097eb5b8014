package fetch_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"syscall"
	"time"
)

// kind is how a publisher behaves. Its sources bring an article every rhythm.
type kind struct {
	rhythm     time.Duration
	etag, date bool          // the validators that it sends
	maxAge     time.Duration // Cache-Control
	ttl        time.Duration // in the document
	frozen     bool          // nothing new ever comes
	limits     bool          // answers 429 on some days
	fails      bool          // is missing for five hours a day, and broken on some days
	moved      bool          // has moved for good to another host
	shared     bool          // ten sources on one host
	every      string        // the admin's schedule
	interval   time.Duration // in which visits are expected; 0 for kinds that fail
}

var kinds = []kind{
	{rhythm: 12 * hour, etag: true, date: true, interval: 6 * hour},
	{rhythm: 12 * hour, etag: true, maxAge: 12 * hour, interval: 12 * hour},
	{rhythm: 12 * hour, date: true, ttl: 12 * hour, interval: 12 * hour},
	{rhythm: 24 * hour, etag: true, frozen: true, interval: 12 * hour},
	{rhythm: 24 * hour, date: true, interval: 12 * hour},
	{rhythm: 10 * hour, interval: 6 * hour},
	{rhythm: 24 * hour, etag: true, date: true, limits: true},
	{rhythm: 24 * hour, etag: true, date: true, fails: true},
	{rhythm: 24 * hour, etag: true, date: true, moved: true, interval: 12 * hour},
	{rhythm: 24 * hour, etag: true, shared: true, every: "8h", interval: 8 * hour},
}

const (
	hour, day  = time.Hour, 24 * time.Hour
	userAgent  = "Tributary/test (+https://tributary.example/about)"
	leastTime  = 15 * time.Minute // between two visits of a source
	hostGap    = 2 * time.Second
	adoptedBy  = 9 * day // redirects are not followed any more from then on
	doubtAfter = 14 * day
)

// publishers are made-up ones on a network in memory. They keep the score of how they are treated.
type publishers struct {
	start time.Time

	mu      sync.Mutex
	down    bool // the network, ours
	dialled int  // while it was
	score   map[string]int
	doubts  int // requests without validators after a fortnight of nothing but 304
	served  map[string]*served
	hosts   map[string]*visited
	seconds map[int64]int
	days    map[int64]int
}

// served is what one feed has sent.
type served struct {
	asked      int
	last       time.Time       // the last request
	etag, date string          // of the last answer that had a body
	dates      map[string]bool // all there were
	body       time.Time       // the last answer that had one
	notBefore  time.Time
}

type visited struct {
	running int
	ended   time.Time
}

func newPublishers() *publishers {
	return &publishers{start: time.Now(), score: map[string]int{}, served: map[string]*served{},
		hosts: map[string]*visited{}, seconds: map[int64]int{}, days: map[int64]int{}}
}

// feedURL is the address of source i.
func feedURL(i int) string {
	if kinds[i%len(kinds)].shared {
		return fmt.Sprintf("http://shared%d.example/%d/feed?format=rss", i/100, i)
	}
	return fmt.Sprintf("http://s%d.example/%d/feed?format=rss", i, i)
}

func (p *publishers) lookup(_ context.Context, _, host string) ([]netip.Addr, error) {
	h := fnv.New32a()
	h.Write([]byte(host))
	n := h.Sum32()
	return []netip.Addr{netip.AddrFrom4([4]byte{8, byte(n >> 16), byte(n >> 8), byte(n)})}, nil
}

func (p *publishers) connect(context.Context, string, string) (net.Conn, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.down {
		p.dialled++
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ENETUNREACH}
	}
	near, far := net.Pipe()
	go p.serve(far)
	return near, nil
}

// cut takes our network away or brings it back.
func (p *publishers) cut(down bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = down
}

// serve answers one request.
func (p *publishers) serve(conn net.Conn) {
	defer conn.Close()
	r, err := http.ReadRequest(bufio.NewReader(conn))
	if err != nil {
		return
	}
	var i int
	if _, err := fmt.Sscanf(r.URL.Path, "/%d/feed", &i); err != nil {
		p.wrong("unknown address")
		return
	}
	began := time.Now()
	s := p.begin(r, i, began)
	time.Sleep(time.Duration(100+i%200) * time.Millisecond)
	a := p.answer(r, i, time.Now())
	_, err = conn.Write([]byte(a.text))
	p.mu.Lock()
	defer p.mu.Unlock()
	h := p.hosts[r.Host]
	h.running, h.ended = h.running-1, time.Now()
	if s.notBefore = began.Add(leastTime); err != nil {
		return // it did not arrive
	}
	if a.status == http.StatusOK {
		s.etag, s.date, s.body = a.etag, a.date, began
		s.dates[a.date] = true
	}
	if wait := time.Now().Add(a.wait); wait.After(s.notBefore) {
		s.notBefore = wait
	}
}

func (p *publishers) wrong(column string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.score[column]++
}

// begin judges a request.
func (p *publishers) begin(r *http.Request, i int, now time.Time) *served {
	p.mu.Lock()
	defer p.mu.Unlock()
	name := r.Host + r.URL.Path
	s, h := p.served[name], p.hosts[r.Host]
	if s == nil {
		s = &served{dates: map[string]bool{}}
		p.served[name] = s
	}
	if h == nil {
		h = &visited{}
		p.hosts[r.Host] = h
	}
	count := func(column string, wrong bool) {
		if wrong {
			p.score[column]++
		}
	}
	etag, date := r.Header.Get("If-None-Match"), r.Header.Get("If-Modified-Since")
	doubt := etag == "" && date == "" && !s.body.IsZero() && now.Sub(s.body) > doubtAfter
	if doubt {
		p.doubts++
	}
	count("unconditional", !doubt && (etag == "" && s.etag != "" || date == "" && s.date != ""))
	count("bogus If-Modified-Since", date != "" && !s.dates[date])
	count("If-Modified-Since out of sequence", date != "" && s.dates[date] && date != s.date)
	count("If-None-Match out of sequence", etag != "" && etag != s.etag)
	count("cookies", r.Header.Get("Cookie") != "")
	count("referrers", r.Header.Get("Referer") != "")
	count("query parameters", r.URL.RawQuery != "format=rss")
	count("too early", now.Before(s.notBefore))
	count("two within a minute", s.asked > 0 && now.Sub(s.last) < time.Minute)
	count("no gzip", !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip"))
	count("another User-Agent", r.Header.Get("User-Agent") != userAgent)
	count("two at once to a host", h.running > 0)
	count("no gap at a host", !h.ended.IsZero() && now.Sub(h.ended) < hostGap)
	count("a redirect already adopted", kinds[i%len(kinds)].moved && !strings.HasPrefix(r.Host, "moved") && now.Sub(p.start) > adoptedBy)
	s.asked++
	s.last = now
	h.running++
	p.seconds[now.Unix()]++
	p.days[now.Unix()/86400]++
	return s
}

// answer is what goes over the wire, and what it asks of us.
type answer struct {
	status     int
	etag, date string
	wait       time.Duration // before the next request
	text       string
}

func (p *publishers) answer(r *http.Request, i int, now time.Time) answer {
	k, age := kinds[i%len(kinds)], now.Sub(p.start)
	today := int(age / day)
	header := "Set-Cookie: id=1\r\nConnection: close\r\nContent-Length: 0\r\n"
	switch {
	case k.moved && !strings.HasPrefix(r.Host, "moved"):
		return answer{status: 301, text: fmt.Sprintf("HTTP/1.1 301 Moved Permanently\r\nLocation: http://moved%d.example%s\r\n%s\r\n", i, r.URL.RequestURI(), header)}
	case k.limits && today%5 == 2:
		return answer{status: 429, wait: 5 * hour, text: "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 18000\r\n" + header + "\r\n"}
	case k.fails && today%7 == 3:
		return answer{status: 500, text: "HTTP/1.1 500 Internal Server Error\r\n" + header + "\r\n"}
	case k.fails && age%day < 5*hour:
		return answer{status: 404, text: "HTTP/1.1 404 Not Found\r\n" + header + "\r\n"}
	}
	newest := now.Truncate(k.rhythm)
	if k.frozen {
		newest = p.start
	}
	a := answer{status: 200, wait: max(k.maxAge, k.ttl)}
	if !k.etag && !k.date {
		a.wait = hour // without validators nobody is asked more often
	}
	validators := ""
	if k.etag {
		a.etag = fmt.Sprintf(`W/"%d-%d"`, i, newest.Unix())
		validators += "ETag: " + a.etag + "\r\n"
	}
	if k.date {
		a.date = newest.UTC().Format(http.TimeFormat)
		validators += "Last-Modified: " + a.date + "\r\n"
	}
	if k.maxAge > 0 {
		validators += fmt.Sprintf("Cache-Control: max-age=%d\r\n", k.maxAge/time.Second)
	}
	etag, date := r.Header.Get("If-None-Match"), r.Header.Get("If-Modified-Since")
	if etag != "" && etag == a.etag || etag == "" && date != "" && date == a.date {
		a.status, a.text = 304, "HTTP/1.1 304 Not Modified\r\n"+validators+"Connection: close\r\n\r\n"
		return a
	}
	body := document(i, k, newest)
	a.text = fmt.Sprintf("HTTP/1.1 200 OK\r\n%sConnection: close\r\nSet-Cookie: id=1\r\nContent-Length: %d\r\n\r\n%s", validators, len(body), body)
	return a
}

// document is the feed of source i with its five newest articles.
func document(i int, k kind, newest time.Time) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<rss version="2.0"><channel><title>Source %d</title><link>http://s%d.example/</link>`, i, i)
	if k.ttl > 0 {
		fmt.Fprintf(&b, "<ttl>%d</ttl>", k.ttl/time.Minute)
	}
	for n := range 5 {
		at := newest.Add(-time.Duration(n) * k.rhythm)
		fmt.Fprintf(&b, `<item><title>Report %d of source %d</title><guid isPermaLink="false">%d-%d</guid><pubDate>%s</pubDate></item>`,
			at.Unix(), i, i, at.Unix(), at.UTC().Format(time.RFC1123Z))
	}
	b.WriteString("</channel></rss>")
	return b.String()
}

// burst is the greatest share of a day's requests that came in one second.
func (p *publishers) burst() (share float64, err error) {
	for second, n := range p.seconds {
		share = max(share, float64(n)/float64(p.days[second/86400]))
	}
	if len(p.seconds) == 0 {
		err = errors.New("nobody was asked")
	}
	return share, err
}
