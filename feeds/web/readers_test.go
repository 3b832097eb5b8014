package web

import (
	"fmt"
	"maps"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tributary/feeds"
)

func TestAgents(t *testing.T) {
	for field, want := range map[string]string{
		"Feedly/1.0 (+http://www.feedly.com/fetcher.html; 16 subscribers; like FeedFetcher-Google)":           "Feedly 16",
		"Feedbin feed-id:1373711 - 142 subscribers":                                                           "Feedbin 142",
		"NewsBlur Feed Fetcher - 45 subscribers - http://www.newsblur.com/site/1/x (Mozilla/5.0 (Macintosh))": "NewsBlur Feed Fetcher 45",
		"Mozilla/5.0 (compatible; inoreader.com; 12 subscribers)":                                             "inoreader.com 12",
		"Mozilla/5.0 (compatible; theoldreader.com; 1 subscriber; feed-id=ab12)":                              "theoldreader.com 1",
		"BazQux/2.4 (+https://bazqux.com/fetcher; 3 subscribers)":                                             "BazQux 3",
		"Tiny Tiny RSS/21.03 (http://tt-rss.org/)":                                                            "Tiny Tiny RSS 0",
		"FreshRSS/1.20.1 (Linux; https://freshrss.org)":                                                       "FreshRSS 0",
		"Mozilla/5.0 (compatible; Miniflux/2.0.36; +https://miniflux.app)":                                    "Miniflux 0",
		"NetNewsWire (RSS Reader; https://netnewswire.com/)":                                                  "NetNewsWire 0",
		"newsboat/2.30.1 (Linux x86_64)":                                                                      "newsboat 0",
		"Slackbot 1.0(+https://api.slack.com/robots)":                                                         "Slackbot 0",
		"Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Firefox/115.0":                              "browser 0",
		"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)":                            "Googlebot 0",
		"Go-http-client/1.1": "Go-http-client 0",
		"":                   "unnamed 0", " \t/": "unnamed 0", "(none)": "unnamed 0", "42": "42 0",
		"Читалка/1.0": "unnamed 0", "a\x00b\x1b[31mc/1": "ab[31mc 0",
		"X (99999999999 subscribers)":   "X 0", // more than anybody has
		"X (999999999 readers)":         "X 999999999",
		strings.Repeat("long", 1000):    strings.Repeat("long", 10) + " 0",
		"Reader for 12 people/1 (x; 5)": "Reader for 0",
	} {
		if got := fmt.Sprint(family(field[:min(len(field), agentLength)]), " ", subscribers(field)); got != want {
			t.Errorf("%q is %q, want %q", field, got, want)
		}
	}
}

// TestManyAgents: made-up User-Agent fields take a bounded memory, and families that were known stay known.
func TestManyAgents(t *testing.T) {
	a := newAgents()
	feedly := a.of("Feedly/1.0 (16 subscribers)")
	for n := range 3 * mostAgents {
		a.of(fmt.Sprintf("Made-up-%c%c%s/%d", 'a'+n%26, 'a'+n/26%26, strings.Repeat("x", n%300), n))
	}
	n := 0
	a.known.Range(func(any, any) bool { n++; return true })
	if n > mostAgents || int64(n) > a.count.Load() {
		t.Errorf("%d fields are kept, of %d that were counted", n, a.count.Load())
	}
	if n := len(*a.families.Load()); n != mostFamilies {
		t.Errorf("%d families are kept, want %d", n, mostFamilies)
	}
	if again := a.of("Feedly/1.0 (17 subscribers)"); again.family != feedly.family || a.name(again) != "Feedly" || again.subscribers != 17 {
		t.Errorf("a known family is now %q", a.name(again))
	}
	if late := a.of("Late/1.0"); a.name(late) != otherFamily {
		t.Errorf("one family too many is %q", a.name(late))
	}
}

// polled gives the rows of a report as "path family: whole/held/newer/refused/failed fast, subscribers".
func polled(s *Server) (rows []string) {
	for _, p := range s.Readers().Polls {
		rows = append(rows, fmt.Sprintf("%s %s: %d/%d/%d/%d/%d %d, %d", p.Path, p.Family, p.Whole, p.Held, p.Newer, p.Refused, p.Failed, p.TooFast, p.Subscribers))
	}
	return rows
}

// TestFailuresAreCountedByStatus: also those that are answers for a document.
func TestFailuresAreCountedByStatus(t *testing.T) {
	s := newServer(newStore(), site())
	do(s.Handler(), feedPath+"\nAccept-Encoding: identity;q=0")
	do(s.Handler(), "GET /topics/unstored.rss")
	if got, want := fmt.Sprint(s.Traffic().Answers), "map[404:1 406:1]"; got != want {
		t.Errorf("answers %s, want %s", got, want)
	}
}

func TestReaders(t *testing.T) {
	set := site()
	set.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
	synctest.Test(t, func(t *testing.T) {
		store := newStore()
		s := newServer(store, set)
		h := s.Handler()
		ask := func(path, agent, client string, fields ...string) {
			do(h, strings.Join(append([]string{"GET " + path, "User-Agent: " + agent, "X-Forwarded-For: " + client}, fields...), "\n"))
		}
		const rss, atom = "/topics/latin-america.rss", "/topics/latin-america.atom"
		feedly := "Feedly/1.0 (+http://www.feedly.com/fetcher.html; %d subscribers; like FeedFetcher-Google)"
		ask(rss, fmt.Sprintf(feedly, 12), "198.51.100.1")
		time.Sleep(15 * time.Minute)
		ask(rss, fmt.Sprintf(feedly, 14), "198.51.100.1", "If-None-Match: *")
		ask(atom, fmt.Sprintf(feedly, 3), "198.51.100.2")
		for range 10 { // each minute, where a quarter of an hour would do
			ask(rss, "Hasty/3", "198.51.100.3")
			ask(rss, "Behind the same address/1", "198.51.100.3", "If-None-Match: *")
			time.Sleep(time.Minute)
		}
		for range 200 {
			ask(rss, "Rude/1", "198.51.100.4")
		}
		ask("/topics/unstored.rss", "Hasty/3", "198.51.100.3")
		ask("/topics/latin-america", "Mozilla/5.0 Firefox", "198.51.100.5")
		want := strings.Join([]string{
			"/topics/latin-america browser: 1/0/0/0/0 0, 0",
			"/topics/latin-america.atom Feedly: 1/0/0/0/0 0, 3",
			"/topics/latin-america.rss Rude: 121/0/0/79/0 120, 0",
			"/topics/latin-america.rss Behind the same address: 0/10/0/0/0 9, 0",
			"/topics/latin-america.rss Hasty: 10/0/0/0/0 9, 0",
			"/topics/latin-america.rss Feedly: 1/1/0/0/0 0, 14",
			"/topics/unstored.rss Hasty: 0/0/0/0/1 0, 0",
		}, "\n")
		if got := strings.Join(polled(s), "\n"); got != want {
			t.Errorf("polls\n%s\nwant\n%s", got, want)
		}
		traffic := s.Traffic()
		if got, want := fmt.Sprint(traffic.Answers), "map[200:134 304:11 404:1 429:79]"; got != want {
			t.Errorf("answers %s, want %s", got, want)
		}

		less := set
		less.Topics = []feeds.Topic{{ID: "empty", Title: "Empty"}}
		s.SetSite(less)
		if again := s.Traffic(); !maps.Equal(again.Answers, traffic.Answers) || again.Bytes != traffic.Bytes {
			t.Errorf("counts went with their topics: %v, before %v", again, traffic)
		}
		ask("/topics/empty.rss", fmt.Sprintf(feedly, 5), "198.51.100.1")
		time.Sleep(announcedFor + time.Minute)
		if got := strings.Join(polled(s), "\n"); got != "/topics/empty.rss Feedly: 1/0/0/0/0 0, 0" {
			t.Errorf("after two days of silence: %s", got)
		}
		if text := fmt.Sprintf("%+v", s.Readers()); strings.Contains(text, "198.51.100") {
			t.Errorf("an address is kept: %s", text)
		}
	})
}

func TestDeadAddresses(t *testing.T) {
	store := newStore()
	s := newServer(store, site())
	h := s.Handler()
	for range 5 {
		do(h, "GET /blog/feed.xml\nUser-Agent: Old/1")
	}
	do(h, "GET /topics/former.rss\nUser-Agent: Older/1")
	do(h, "GET /wp-login.php\nUser-Agent: Scanner/1")
	do(h, "GET /topics/"+strings.Repeat("x", 5000)+".rss")
	dead := s.Readers().Dead
	if len(dead) != 3 || dead[0].Path != "/blog/feed.xml" || dead[0].Requests != 5 || dead[0].Family != "Old" || dead[1].Path != "/topics/former.rss" || len(dead[2].Path) != 256 {
		t.Errorf("dead addresses %+v", dead)
	}
	for n := range 5000 {
		do(h, fmt.Sprintf("GET /feed/%d", n))
		if n%10 == 0 {
			do(h, "GET /blog/feed.xml\nUser-Agent: Old/1")
		}
	}
	dead = s.Readers().Dead
	if len(dead) != mostDead || dead[0].Path != "/blog/feed.xml" || dead[0].Requests != 505 {
		t.Errorf("after a flood of made-up addresses %d are held, the first is %+v", len(dead), dead[0])
	}
}

// TestCountingAtOnce: many goroutines lose no count.
func TestCountingAtOnce(t *testing.T) {
	s := newServer(newStore(), site())
	h := s.Handler()
	do(h, feedPath)
	var group sync.WaitGroup
	for n := range 8 {
		group.Go(func() {
			for i := range 250 {
				do(h, feedPath+fmt.Sprintf("\nUser-Agent: Reader-%d/%d", n%3, i))
			}
		})
	}
	group.Wait()
	if got := s.Traffic().Answers[http.StatusOK]; got != 2001 {
		t.Errorf("%d requests were counted, want 2001", got)
	}
}
