package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/microcosm-cc/bluemonday"
	"github.com/mmcdole/gofeed"
	"golang.org/x/sync/errgroup"
	_ "modernc.org/sqlite" // the driver
)

// bound is the least that a crawler of this kind can do: fetch with net/http, parse with gofeed, clean with
// bluemonday and insert into SQLite, many feeds to a transaction. It trusts every byte and decides nothing.
type bound struct {
	client *http.Client
	policy *bluemonday.Policy
	db     *sql.DB
	feeds  []boundFeed
}

// boundFeed is a feed and the validators of its last answer.
type boundFeed struct {
	url, etag, lastModified string
}

// answer is what one fetch brought; nil items after a 304.
type answer struct {
	number int
	feed   boundFeed
	items  []*gofeed.Item
}

// The bound's fetches under way at once, as many as Tributary's, and the feeds that share a transaction.
const boundWorkers, boundBatch = 32, 50

const boundSchema = `
CREATE TABLE feed (id INTEGER PRIMARY KEY, etag TEXT, last_modified TEXT, visited INTEGER);
CREATE TABLE article (id INTEGER PRIMARY KEY, feed INTEGER NOT NULL, guid TEXT NOT NULL, url TEXT, title TEXT, author TEXT,
  summary TEXT, content TEXT, published INTEGER, UNIQUE (feed, guid));
CREATE INDEX article_published ON article (published);`

// newBound gives a bound that keeps its articles in a new file.
func newBound(file string, urls []string) (*bound, error) {
	db, err := sql.Open("sqlite", "file:"+file+"?_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_pragma=cache_size(-65536)")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	if _, err := db.Exec(boundSchema); err != nil {
		return nil, errors.Join(fmt.Errorf("make the bound's tables: %w", err), db.Close())
	}
	b := &bound{
		client: &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}},
		policy: bluemonday.UGCPolicy(), db: db,
	}
	for _, url := range urls {
		b.feeds = append(b.feeds, boundFeed{url: url})
	}
	return b, nil
}

// pass visits every feed once and gives the CPU time that it took.
func (b *bound) pass(ctx context.Context) (time.Duration, error) {
	before := cpuOfSelf()
	answers := make(chan answer, boundWorkers)
	var writer errgroup.Group
	writer.Go(func() error { return b.store(ctx, answers) })
	queue := make(chan int)
	workers, fetching := errgroup.WithContext(ctx)
	for range boundWorkers {
		workers.Go(func() error {
			parser := gofeed.NewParser()
			for i := range queue {
				a, err := b.visit(fetching, parser, i)
				if err != nil {
					return err
				}
				answers <- a
			}
			return nil
		})
	}
	feed := func() {
		defer close(queue)
		for i := range b.feeds {
			select {
			case queue <- i:
			case <-fetching.Done():
				return
			}
		}
	}
	var feeding sync.WaitGroup
	feeding.Go(feed)
	err := workers.Wait()
	feeding.Wait()
	close(answers)
	err = errors.Join(err, writer.Wait())
	return cpuOfSelf() - before, err
}

// visit fetches, parses and cleans one feed.
func (b *bound) visit(ctx context.Context, parser *gofeed.Parser, i int) (answer, error) {
	f := &b.feeds[i]
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, f.url, nil)
	if err != nil {
		return answer{}, err
	}
	if f.etag != "" {
		req.Header.Set("If-None-Match", f.etag)
		req.Header.Set("If-Modified-Since", f.lastModified)
	}
	res, err := b.client.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close()
	switch res.StatusCode {
	case http.StatusNotModified:
		return answer{number: i, feed: *f}, nil
	case http.StatusOK:
	default:
		return answer{}, fmt.Errorf("%s answers %s", f.url, res.Status)
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return answer{}, fmt.Errorf("read %s: %w", f.url, err)
	}
	doc, err := parser.ParseString(string(body))
	if err != nil {
		return answer{}, fmt.Errorf("parse %s: %w", f.url, err)
	}
	for _, it := range doc.Items {
		it.Content, it.Description = b.policy.Sanitize(it.Content), b.policy.Sanitize(it.Description)
	}
	f.etag, f.lastModified = res.Header.Get("ETag"), res.Header.Get("Last-Modified")
	return answer{i, *f, doc.Items}, nil
}

// store writes what the visits bring, boundBatch feeds to a transaction.
func (b *bound) store(ctx context.Context, answers <-chan answer) (err error) {
	defer func() {
		for range answers { // after a failure: let the visits end
		}
	}()
	for first := range answers {
		tx, err := newBoundTx(ctx, b.db)
		if err != nil {
			return err
		}
		err = tx.add(first)
		for n := 1; n < boundBatch && err == nil; n++ {
			a, more := <-answers
			if !more {
				break
			}
			err = tx.add(a)
		}
		if err != nil {
			return errors.Join(err, tx.Rollback())
		}
		if err := tx.Commit(); err != nil {
			return err
		}
	}
	return nil
}

// boundTx is a transaction with its statements.
type boundTx struct {
	*sql.Tx
	visited, known, insert *sql.Stmt
}

func newBoundTx(ctx context.Context, db *sql.DB) (*boundTx, error) {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	t := &boundTx{Tx: tx}
	for into, query := range map[**sql.Stmt]string{
		&t.visited: "INSERT INTO feed VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET etag = excluded.etag, last_modified = excluded.last_modified, visited = excluded.visited",
		&t.known:   "SELECT guid FROM article WHERE feed = ?",
		&t.insert:  "INSERT INTO article (feed, guid, url, title, author, summary, content, published) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
	} {
		if *into, err = tx.PrepareContext(ctx, query); err != nil {
			return nil, errors.Join(err, tx.Rollback())
		}
	}
	return t, nil
}

// add writes one answer: the feed's row, and the items that are not there yet.
func (t *boundTx) add(a answer) error {
	if _, err := t.visited.Exec(a.number, a.feed.etag, a.feed.lastModified, time.Now().Unix()); err != nil || a.items == nil {
		return err
	}
	known, err := t.knownOf(a.number)
	if err != nil {
		return err
	}
	for _, it := range a.items {
		if known[it.GUID] {
			continue
		}
		var author string
		if len(it.Authors) > 0 {
			author = it.Authors[0].Name
		}
		var published int64
		if it.PublishedParsed != nil {
			published = it.PublishedParsed.Unix()
		}
		if _, err := t.insert.Exec(a.number, it.GUID, it.Link, it.Title, author, it.Description, it.Content, published); err != nil {
			return err
		}
	}
	return nil
}

func (t *boundTx) knownOf(feed int) (map[string]bool, error) {
	rows, err := t.known.Query(feed)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	known := map[string]bool{}
	for rows.Next() {
		var guid string
		if err := rows.Scan(&guid); err != nil {
			return nil, err
		}
		known[guid] = true
	}
	return known, rows.Err()
}
