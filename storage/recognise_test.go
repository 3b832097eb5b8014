package storage

import (
	"crypto/sha256"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tributary/feeds"
)

func TestNormalForms(t *testing.T) {
	link := func(s string) string { return string(appendLink(nil, s)) }
	guid := func(s string) string { return string(appendGUID(nil, s)) }
	for _, test := range []struct {
		form func(string) string
		name string
		same []string // told alike; each other line is another
	}{
		{link, "link", []string{"https://a.example/x", "http://www.A.example:80/x/", " https://a.example:443/x#12 ", "https://a.example/x?utm_source=b&FBCLID=c"}},
		{link, "link", []string{"https://a.example/X"}},
		{link, "link", []string{"https://a.example:8080/x"}},
		{link, "link", []string{"https://a.example/x?p=1&q=2", "https://a.example/x/?q=2&p=1&gclid=z"}},
		{link, "link", []string{"https://a.example/x?p=1"}},
		{link, "link", []string{"https://a.example/x#entry-1"}},
		{link, "link", []string{"https://a.example/x%2Fy"}},
		{link, "link", []string{"https://a.example/x/y"}},
		{link, "link", []string{"", "  "}},
		{link, "link", []string{"/x"}},
		{guid, "guid", []string{"https://a.example/x", "http://www.a.example/x", "HTTPS://A.example/x#3", "\thttps://a.example/x#\n"}},
		{guid, "guid", []string{"https://a.example/x?utm_source=b"}},
		{guid, "guid", []string{"https://a.example/x/"}},
		{guid, "guid", []string{"https://a.example/x#top"}},
		{guid, "guid", []string{"tag:a.example,2026:x"}},
		{guid, "guid", []string{"TAG:a.example,2026:x"}},
		{guid, "guid", []string{"12", " 12"}},
		{guid, "guid", []string{"https://%zz"}},
	} {
		for _, s := range test.same {
			if got, want := test.form(s), test.form(test.same[0]); got != want {
				t.Errorf("%s %q became %q, want %q", test.name, s, got, want)
			}
		}
	}
	others := map[string]string{}
	for _, s := range []string{"https://a.example/x", "https://a.example/X", "https://a.example:8080/x", "https://a.example/x?p=1&q=2",
		"https://a.example/x?p=1", "https://a.example/x#entry-1", "https://a.example/x%2Fy", "https://a.example/x/y", "", "/x"} {
		if other, ok := others[link(s)]; ok {
			t.Errorf("links %q and %q are told alike", s, other)
		}
		others[link(s)] = s
	}
}

// TestManyKeys: the keys of any document can be looked up, however many they are.
func TestManyKeys(t *testing.T) {
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "t.db"), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	items, _ := identify(document(9_000, 10), 0)
	err = db.engine.read(t.Context(), func(s session) error {
		_, err := db.recognise(t.Context(), s, "https://a.example/feed", newRecognition(items, nil))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// document is n articles with texts of so many bytes.
func document(n, size int) []feeds.Article {
	articles := make([]feeds.Article, n)
	for i := range articles {
		articles[i] = feeds.Article{
			GUID: fmt.Sprintf("https://gazette.example/?p=%d", i), URL: fmt.Sprintf("https://gazette.example/2026/03/02/story-%d/?utm_source=feed", i),
			Title: fmt.Sprintf("Report %d: council sells the old cannery", i), Summary: strings.Repeat("A summary. ", size/110),
			Content:   strings.Repeat(fmt.Sprintf("<p>Part %d of it all.</p>", i), size/25),
			Published: time.Unix(1790000000+int64(i)*3607, 0).UTC(),
		}
	}
	return articles
}

// FuzzIdentify: whatever a document says, each item has keys of its own or repeats an earlier one,
// the same at every visit; and once stored, nothing of it is new.
func FuzzIdentify(f *testing.F) {
	f.Add("g", "https://a.example/1", "Title", "text", "g", "https://a.example/2", "Title", "text", int64(0), uint8(0))
	f.Add("", "", "", "", "", "", "", "", int64(1790000000), uint8(3))
	f.Add("http://[::1", "http://[::1/%zz?%zz", "\xff", "\x00", "http://x/#1", "http://x/?a=1&utm_=2", "\xff", "", int64(-1), uint8(1))
	f.Add("x", "https://a.example/", "A", strings.Repeat("word ", 40), "y", "https://a.example/", "A", strings.Repeat("word ", 40), int64(5), uint8(2))
	f.Add("0", "a.example", "0", "0", "1", "a.example", "0", "1", int64(5), uint8(1))
	f.Fuzz(func(t *testing.T, guid1, link1, title1, text1, guid2, link2, title2, text2 string, when int64, habits uint8) {
		articles := []feeds.Article{
			{GUID: guid1, URL: link1, Title: title1, Content: text1, Published: moment(when)},
			{GUID: guid2, URL: link2, Title: title2, Content: text2, Published: moment(when)},
			{GUID: guid1, URL: link2, Title: title1, Content: text2},
		}
		items, learned := identify(articles, feeds.Habits(habits)&3)
		v := feeds.Visit{At: time.Unix(1800000000, 0), State: feeds.State{Source: "https://a.example/feed"}, Articles: articles}
		owner, uids := map[key]*known{}, map[string]bool{}
		p := plan{habits: learned}
		p.addAll(newRecognition(items, nil), owner, v)
		for _, row := range p.rows {
			if uids[string(row.uid)] {
				t.Errorf("two articles have the id %x", row.uid)
			}
			uids[string(row.uid)] = true
			for _, k := range row.keys {
				if owner[k] != nil {
					t.Errorf("two articles have the key %x", k)
				}
				owner[k] = &known{id: row.id, uid: row.uid, url: row.URL, title: row.Title, published: row.Published, likeness: row.likeness, hash: row.hash}
			}
		}
		again, _ := identify(articles, learned)
		r := newRecognition(again, nil)
		r.byKeys(owner)
		p = plan{habits: learned}
		p.addAll(r, owner, v)
		if len(p.rows) > 0 {
			t.Errorf("%d rows of the same document again", len(p.rows))
		}
	})
}

// BenchmarkNothingNew is a visit's work for a document of which everything is known, without the
// database. It cannot take less than hashing the texts.
func BenchmarkNothingNew(b *testing.B) {
	articles := document(30, 3000)
	v := feeds.Visit{At: time.Unix(1800000000, 0), State: feeds.State{Source: "https://a.example/feed"}, Articles: articles}
	var buf []byte
	items, _ := identify(articles, 0)
	byKey := map[key]*known{}
	for i := range items {
		hash, _ := digest(&articles[i], nil)
		a := &known{id: int64(i + 1), hash: hash[:], published: articles[i].Published, title: articles[i].Title}
		for _, k := range items[i].keys {
			byKey[k] = a
		}
	}
	var bound, work time.Duration
	b.ReportAllocs()
	for b.Loop() {
		start := time.Now()
		for i := range articles {
			a := &articles[i]
			buf = append(append(append(append(buf[:0], a.URL...), a.Title...), a.Summary...), a.Content...)
			sha256.Sum256(buf)
		}
		bound += time.Since(start)
		start = time.Now()
		items, habits := identify(articles, 0)
		r := newRecognition(items, nil)
		r.byKeys(byKey)
		p := plan{habits: r.learn(habits)}
		p.addAll(r, byKey, v)
		if p.known != len(articles) || len(p.rows) != 0 {
			b.Fatalf("known %d, to store %d", p.known, len(p.rows))
		}
		work += time.Since(start)
	}
	b.ReportMetric(float64(work.Microseconds())/float64(b.N), "µs/visit")
	b.ReportMetric(float64(bound.Microseconds())/float64(b.N), "µs/bound")
	b.ReportMetric(float64(work)/float64(bound), "times-the-bound")
}
