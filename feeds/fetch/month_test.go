package fetch_test

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tributary/feeds"
	"tributary/feeds/crawl"
	"tributary/feeds/fetch"
	"tributary/storage"
)

const sourcesOfMonth = 500

// month is a service whose crawler, fetcher and store are the real ones.
type month struct {
	*testing.T
	file    string
	world   *publishers
	log     strings.Builder
	sources []feeds.Source

	db      *storage.DB
	client  *fetch.Client
	crawler *crawl.Crawler
	stop    context.CancelFunc
	running sync.WaitGroup
}

func (m *month) ok(err error) {
	m.Helper()
	if err != nil {
		m.Fatal(err)
	}
}

func (m *month) begin() {
	m.Helper()
	log := slog.New(slog.NewTextHandler(&m.log, nil))
	var err error
	m.db, err = storage.Open(m.Context(), m.file, log)
	m.ok(err)
	m.client = fetch.New(fetch.Options{UserAgent: userAgent, HostGap: hostGap})
	m.client.OnNetwork(m.world.lookup, m.world.connect)
	m.crawler = crawl.New(crawl.Options{
		Store: m.db, Fetch: m.client, Logger: log, Workers: 32, HostGap: hostGap, MinInterval: leastTime, Timeout: time.Minute,
	})
	m.configure()
	ctx, stop := context.WithCancel(m.Context())
	m.stop = stop
	m.running.Go(func() {
		if err := m.crawler.Run(ctx); err != nil {
			m.Error(err)
		}
	})
}

func (m *month) end() {
	m.Helper()
	m.stop()
	m.running.Wait()
	m.client.Close()
	m.ok(m.db.Close())
}

// configure gives the sources to the store and the crawler, as a start and a reload do.
func (m *month) configure() {
	m.Helper()
	m.ok(m.db.Sync(m.Context(), m.sources, nil, "site"))
	plan := crawl.Plan{Sources: map[string]feeds.Source{}, Schedules: map[string]crawl.Schedule{"": {}},
		Judge: func(*feeds.Article) []feeds.Entry { return nil }}
	for _, s := range m.sources {
		plan.Sources[s.URL] = s
		if s.Every != "" {
			schedule, err := crawl.ParseSchedule(s.Every)
			m.ok(err)
			plan.Schedules[s.Every] = schedule
		}
	}
	m.crawler.SetPlan(plan)
}

func (m *month) restart() {
	m.end()
	time.Sleep(time.Duration(1+len(m.log.String())%120) * time.Second)
	m.begin()
}

func (m *month) reload() {
	for i := range m.sources {
		m.sources[i].Title += "."
	}
	m.configure()
}

// setBack stops the service and sets the clock back by a day: all that is stored is a day later then.
func (m *month) setBack() {
	m.end()
	db, err := sql.Open("sqlite", m.file)
	m.ok(err)
	const ahead = 86400000
	for _, statement := range []string{
		`UPDATE source SET due_at = due_at + ?1, last_visit = last_visit + ?1, last_success = last_success + ?1, last_body = last_body + ?1`,
		`UPDATE source SET failing_since = failing_since + ?1 WHERE failing_since > 0`,
		`UPDATE source SET moved_since = moved_since + ?1 WHERE moved_since > 0`,
		`UPDATE source SET held_until = held_until + ?1 WHERE held_until > 0`,
		`UPDATE source SET paused_until = paused_until + ?1 WHERE paused_until > 0`,
		`UPDATE host SET due_at = due_at + ?1, not_before = not_before + ?1 WHERE due_at < 9000000000000000`,
	} {
		_, err := db.Exec(statement, ahead)
		m.ok(err)
	}
	m.ok(db.Close())
	m.begin()
}

// outage cuts our network off for six hours, and looks whether everybody was visited soon after.
func (m *month) outage() {
	m.world.cut(true)
	time.Sleep(6 * hour)
	m.world.cut(false)
	back := time.Now()
	m.world.mu.Lock()
	if n := m.world.dialled; n > 6*60+60 {
		m.Errorf("%d requests in six hours without a network", n)
	}
	m.world.dialled = 0
	m.world.mu.Unlock()
	time.Sleep(13*hour + 15*time.Minute) // the longest interval and its spread
	m.world.mu.Lock()
	defer m.world.mu.Unlock()
	for i := range m.sources {
		k := kinds[i%len(kinds)]
		if s := m.world.served[m.name(i)]; k.interval > 0 && s.last.Before(back) {
			m.Errorf("%s was not visited since the network is back", m.sources[i].URL)
		}
	}
}

// name is what the publishers know source i by.
func (m *month) name(i int) string {
	address := strings.TrimSuffix(strings.TrimPrefix(m.sources[i].URL, "http://"), "?format=rss")
	if kinds[i%len(kinds)].moved {
		return "moved" + address[1:]
	}
	return address
}

// TestMonth crawls 500 sources for thirty days, with twenty restarts, five reloads, three outages of our
// network and a clock that is set back, and reads the publishers' score sheet: everything is zero.
func TestMonth(t *testing.T) {
	if os.Getenv("TRIBUTARY_MONTH") == "" {
		t.Skip("TRIBUTARY_MONTH is not set: a month takes a minute of a processor")
	}
	synctest.Test(t, func(t *testing.T) {
		m := &month{T: t, file: filepath.Join(t.TempDir(), "t.db"), world: newPublishers()}
		for i := range sourcesOfMonth {
			m.sources = append(m.sources, feeds.Source{URL: feedURL(i), Every: kinds[i%len(kinds)].every})
		}
		m.begin()
		events := map[int]func(){5: m.outage, 12: m.setBack, 17: m.outage, 26: m.outage}
		for d := range 30 {
			tomorrow := m.world.start.Add(time.Duration(d+1) * day)
			time.Sleep(time.Duration(d*7919%240) * time.Minute)
			if d%3 != 1 {
				m.restart()
			}
			if d%6 == 4 {
				m.reload()
			}
			if happens := events[d]; happens != nil {
				happens()
			}
			time.Sleep(time.Until(tomorrow))
		}
		m.check()
		m.end()
		time.Sleep(time.Minute) // until the last connections have ended
	})
}

func (m *month) check() {
	total := 0
	m.world.mu.Lock()
	defer m.world.mu.Unlock()
	for i := range m.sources {
		k, s := kinds[i%len(kinds)], m.world.served[m.name(i)]
		if s == nil {
			m.Fatalf("%s was never visited", m.sources[i].URL)
		}
		total += s.asked
		least, most := 30.0, 30.0*24*4
		if k.interval > 0 {
			n := float64(30*day) / float64(k.interval)
			least, most = 0.85*n, n+2
		}
		if got := float64(s.asked); got < least || got > most {
			m.Errorf("%s was visited %d times in a month, want %.0f to %.0f", m.sources[i].URL, s.asked, least, most)
		}
	}
	for column, n := range m.world.score {
		if n > 0 {
			m.Errorf("%s: %d of %d requests", column, n, total)
		}
	}
	if share, err := m.world.burst(); err != nil || share > 0.02 {
		m.Errorf("%.1f %% of a day's requests came in one second, %v", 100*share, err)
	}
	if want := 2 * sourcesOfMonth / len(kinds); m.world.doubts != want {
		m.Errorf("%d requests asked whether a 304 is still true, want %d", m.world.doubts, want)
	}
	for line, want := range map[string]int{"our own network is away: no source": 3, "the network is back": 3, "the clock was set": 1} {
		if n := strings.Count(m.log.String(), line); n != want {
			m.Errorf("the log says %d times %q, want %d", n, line, want)
		}
	}
	states, err := m.db.Sources(m.Context())
	m.ok(err)
	for _, st := range states {
		var i int
		if _, err := fmt.Sscanf(st.Source[strings.Index(st.Source, ".example/"):], ".example/%d/", &i); err != nil {
			m.Fatal(err)
		}
		k := kinds[i%len(kinds)]
		if k.interval > 0 && (st.Failures > 0 || st.LastSuccess.IsZero()) {
			m.Errorf("%s: %d failures, %s", st.Source, st.Failures, st.Reason)
		}
		if (st.Adopted != "") != k.moved {
			m.Errorf("%s: adopted %q", st.Source, st.Adopted)
		}
	}
	m.Logf("%d visits", total)
}
