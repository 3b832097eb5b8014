package storage_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"tributary/feeds"
)

// onBothEngines runs a test with the address of an empty store of each engine.
func onBothEngines(t *testing.T, test func(t *testing.T, dsn string)) {
	t.Run("SQLite", func(t *testing.T) { test(t, filepath.Join(t.TempDir(), "t.db")) })
	t.Run("PostgreSQL", func(t *testing.T) { test(t, emptyDatabase(t, postgres(t))) })
}

// TestFlapping: an item whose text is another at every visit is edited at most twenty times, and rests
// for a day as it then is; also when the program is started again.
func TestFlapping(t *testing.T) {
	onBothEngines(t, func(t *testing.T, dsn string) {
		db := open(t, dsn)
		v := visitsOf(db, claimAll(t, db, someSources)[0])
		began := v.at
		var edits []time.Time
		for round := range 106 { // two days and a bit, a visit every half hour
			v.at = began.Add(time.Duration(round) * 30 * time.Minute)
			flapping, steady := piece(0), piece(1)
			flapping.Title = []string{"Version A", "Version B"}[round%2]
			saved := v.save(t, []feeds.Article{flapping, steady}, inPeru)
			if saved.New+saved.Changed+saved.Known != 2 || round > 0 && saved.New > 0 {
				t.Fatalf("round %d: %+v", round, saved)
			}
			if saved.Changed > 0 {
				edits = append(edits, v.at)
			}
			if round == 25 { // it rests
				before := page(t, db, "peru").Revision.Version
				v.db = open(t, dsn)
				v.at = v.at.Add(time.Minute)
				if saved := v.save(t, []feeds.Article{flapping}, inPeru); saved.Changed != 0 {
					t.Errorf("started again: %+v", saved)
				}
				if after := page(t, db, "peru").Revision.Version; after != before {
					t.Errorf("revision %d, was %d", after, before)
				}
			}
		}
		most := 0
		for i, first := range edits {
			n := 0
			for _, at := range edits[i:] {
				if at.Sub(first) < 24*time.Hour {
					n++
				}
			}
			most = max(most, n)
		}
		if len(edits) > 20 && edits[20].Sub(edits[19]) < 24*time.Hour {
			t.Errorf("it rested for %s", edits[20].Sub(edits[19]))
		}
		if most != 20 || len(edits) < 40 {
			t.Errorf("%d edits in two days, at most %d within one; want 20 a day", len(edits), most)
		}
	})
}

// TestFewEdits: an article that is edited now and then is never kept from it.
func TestFewEdits(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "t.db"))
	v := visitsOf(db, claimAll(t, db, someSources)[0])
	for round := range 60 {
		a := piece(0)
		a.Title = fmt.Sprintf("Version %d", round)
		if saved := v.save(t, []feeds.Article{a}, inPeru); saved.New+saved.Changed != 1 {
			t.Fatalf("edit %d: %+v", round, saved)
		}
		v.at = v.at.Add(2 * time.Hour)
	}
}

// TestHostileItems: whatever an item is made of, the visit is stored, and stored once.
func TestHostileItems(t *testing.T) {
	onBothEngines(t, func(t *testing.T, dsn string) {
		db := open(t, dsn)
		v := visitsOf(db, claimAll(t, db, someSources)[0])
		bad := "\xff\xfe\x00 broken \xc3"
		hostile := []feeds.Article{
			{},
			{},
			{GUID: strings.Repeat("g", 1<<20)},
			{GUID: strings.Repeat("g", 1<<20) + "h"},
			{GUID: bad, URL: bad, Title: bad, Summary: bad, Content: bad, Language: bad, Image: bad, Rights: bad,
				Authors: []string{bad}, Categories: []string{bad}, Enclosures: []feeds.Enclosure{{URL: bad, Type: bad, Length: -1}}},
			{URL: "https://[::1/%zz?%zz#%zz", Title: "no address"},
			{URL: "https://x.example/" + strings.Repeat("a/", 1<<18), Title: strings.Repeat("long ", 1<<18)},
			{URL: "https://x.example/?" + strings.Repeat("a=b&", 1<<16), Title: "many parameters"},
			{GUID: "\x00", Title: "\x00"},
			{Published: time.Date(-9000, 1, 1, 0, 0, 0, 0, time.UTC), Title: "long ago"},
			{Published: time.Date(99999, 1, 1, 0, 0, 0, 0, time.UTC), Title: "far away"},
		}
		saved := v.save(t, hostile, inPeru)
		if want := len(hostile) - 1; saved.New != want { // two are the same
			t.Errorf("%d new articles, want %d", saved.New, want)
		}
		for _, e := range page(t, db, "peru").Entries {
			a := e.Article
			if text := a.URL + a.Title + a.Summary + a.Content + a.Rights; !utf8.ValidString(text) || strings.Contains(text, "\x00") {
				t.Errorf("%.40q was stored as it came", text)
			}
		}
		if saved := v.save(t, hostile, inPeru); saved.New != 0 || saved.Changed != 0 || saved.Known != len(hostile)-1 {
			t.Errorf("the second visit: %+v", saved)
		}
	})
}

// TestManyItems: a document of as many items as are ever read is stored, and costs little when it
// brings nothing new; when guids and links are all alike, too.
func TestManyItems(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "t.db"))
	leases := claimAll(t, db, someSources)
	for _, alike := range []bool{false, true} {
		many := make([]feeds.Article, 2000)
		if alike {
			many = many[:500]
		}
		for i := range many {
			many[i] = feeds.Article{GUID: fmt.Sprint(i), URL: fmt.Sprintf("https://x.example/%d", i), Title: fmt.Sprintf("Item %d", i)}
			if alike {
				many[i].GUID, many[i].URL = "one", "https://x.example/"
			}
		}
		v := visitsOf(db, leases[0])
		if alike {
			v = visitsOf(db, leases[1])
		}
		nowhere := func(*feeds.Article) []feeds.Entry { return nil }
		if saved := v.save(t, many, nowhere); saved.New != len(many) {
			t.Errorf("alike %t: %+v", alike, saved)
		}
		if saved := v.save(t, many, nowhere); saved.Known != len(many) {
			t.Errorf("alike %t, again: %+v", alike, saved)
		}
	}
}

// TestUnstableGUIDs: guids that are new at every visit are not piled up, and a source that renewed
// them once is not taken for one that always does.
func TestUnstableGUIDs(t *testing.T) {
	file := filepath.Join(t.TempDir(), "t.db")
	db := open(t, file)
	leases := claimAll(t, db, someSources)
	for i, renewals := range []int{20, 1} {
		v := visitsOf(db, leases[i])
		for round := range 21 {
			var articles []feeds.Article
			for n := range 5 {
				a := piece(n)
				a.GUID = fmt.Sprintf("%d-%d", min(round, renewals), n)
				articles = append(articles, a)
			}
			v.save(t, articles, inPeru)
		}
		if always := v.state.Habits&feeds.GUIDsChange != 0; always != (renewals > 1) {
			t.Errorf("%d renewals: habits %b", renewals, v.state.Habits)
		}
		keys := column(t, look(t, file), fmt.Sprintf("SELECT hex(key) FROM article_key WHERE source_id = (SELECT id FROM source WHERE url = '%s')", someSources[i].URL))
		if len(keys) > 15 { // a link and at most two guids for each
			t.Errorf("%d renewals: %d keys for 5 articles", renewals, len(keys))
		}
	}
}
