package render

import (
	"slices"
	"testing"
	"time"

	"tributary/feeds"
)

func TestEntryID(t *testing.T) {
	const own = "urn:uuid:61727469-636c-8530-b030-303030303037" // of articleID(7)
	for _, c := range []struct{ guid, want string }{
		{"https://x.example/?p=1#c", "https://x.example/?p=1#c"},
		{"https://x.example/%C3%B1?a=%2F", "https://x.example/%C3%B1?a=%2F"},
		{"urn:isbn:123", "urn:isbn:123"},
		{"HTTP://x.example/a", own},
		{"https://X.example/a", own},
		{"https://x.example", own},
		{"https://x.example:443/", own},
		{"https://x.example./", own},
		{"https://u@x.example/", own},
		{"https://x.example/a/../b", own},
		{"https://x.example/%7Ea", own},
		{"https://x.example/%c3%b1", own},
		{"https://x.example/%C3", own},
		{"https://x.example/e%CC%81", own},
		{"https://x.example/%2541", own},
		{"yt:video:abc", own},
		{"tag:https://x.example,2026:1", own},
		{"urn:uuid:1", own},
		{"tag:x.example,2026:1", "tag:x.example,2026:1"},
		{"urn:uuid:1225c695-cfb8-4ebb-aaaa-80da344efa6a", "urn:uuid:1225c695-cfb8-4ebb-aaaa-80da344efa6a"},
		{"https://x.example/año/[日本]#b#c", "https://x.example/a%C3%B1o/%5B%E6%97%A5%E6%9C%AC%5D#b%23c"},
		{"x-a+b.c1:z", own},
		{"", own},
		{"123", own},
		{"/path/only", own},
		{"www.x.example/1", own},
		{"12:34", own},
		{":rest", own},
		{"https:", own},
		{"é:x", own},
		{"note: a title", own},
		{" https://x.example/1", own},
		{"https://x.example/a b", "https://x.example/a%20b"},
		{"https://x.example/<b>", "https://x.example/%3Cb%3E"},
		{"https://x.example/100%", "https://x.example/100%25"},
		{"https://x.example/%zz", "https://x.example/%25zz"},
		{"https://x.example/\x00", own},
		{"https://x.example/\xed\xa0\x80", own},
		{"https://x.example/\ufffe", own},
		{"https://x.example/\u202ecod", own},
		{"https://x.example/\u00a0", own},
	} {
		if got := EntryID(feeds.Article{ID: articleID(7), GUID: c.guid}); got != c.want {
			t.Errorf("guid %q gives %q, want %q", c.guid, got, c.want)
		}
	}
}

func TestMinted(t *testing.T) {
	for id, want := range map[string]string{
		"aaaaaaaaaaaaaaaaaaaaaaaaaa": "urn:uuid:00000000-0000-8000-8000-000000000000",
		"77777777777777777777777774": "urn:uuid:ffffffff-ffff-8fff-bfff-ffffffffffff",
		"not an id":                  "urn:uuid:3c741084-fca4-8164-9921-15575518afa1",
	} {
		if got := minted(id); got != want {
			t.Errorf("minted(%q) = %q, want %q", id, got, want)
		}
	}
}

func TestEntryIDs(t *testing.T) {
	const shared = "https://x.example/1"
	entry := func(n int, guid string, seen time.Duration) feeds.Entry {
		return feeds.Entry{Article: feeds.Article{ID: articleID(n), GUID: guid, Seen: noon.Add(seen)}}
	}
	for _, c := range []struct {
		name    string
		entries []feeds.Entry
		want    []string
	}{
		{"the first seen keeps the id, wherever it stands",
			[]feeds.Entry{entry(1, shared, 2), entry(2, shared, 1), entry(3, shared, 3)},
			[]string{minted(articleID(1)), shared, minted(articleID(3))}},
		{"seen together: the smaller article id",
			[]feeds.Entry{entry(2, shared, 1), entry(1, shared, 1)},
			[]string{minted(articleID(2)), shared}},
		{"nobody takes another's urn:uuid",
			[]feeds.Entry{entry(1, minted(articleID(2)), 1), entry(2, "", 2)},
			[]string{minted(articleID(1)), minted(articleID(2))}},
		{"not even of an article that does not use it",
			[]feeds.Entry{entry(1, minted(articleID(2)), 1), entry(2, shared, 2), entry(3, shared, 1)},
			[]string{minted(articleID(1)), minted(articleID(2)), shared}},
	} {
		if got := entryIDs(c.entries); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
