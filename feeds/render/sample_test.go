package render

import (
	"fmt"
	"time"

	"tributary/feeds"
)

var noon = time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)

// articleID gives a well-formed article id that depends on n alone.
func articleID(n int) string {
	var b [16]byte
	copy(b[:], fmt.Sprintf("article%09d", n))
	return articleIDs.EncodeToString(b[:])
}

// sample is a feed whose entries hold, between them, everything that an article can have or lack.
func sample() *feeds.Feed {
	f := &feeds.Feed{
		ID:          "urn:uuid:0b1f6a4e-7c1d-8b6e-9d55-0a4f2d9c7e11",
		Title:       "Latin America & the <Caribbean>",
		Description: "News about Latin America, from many publishers",
		HomeURL:     "https://tributary.example/topics/latin-america",
		SelfURL:     "https://tributary.example/topics/latin-america.feed",
		Updated:     noon.Add(1500 * time.Millisecond),
		TTL:         14*time.Minute + time.Second,
	}
	for i, a := range sampleArticles() {
		a.ID = articleID(i)
		f.Entries = append(f.Entries, feeds.Entry{Topic: "latin-america", Seq: int64(100 - i), Article: a})
	}
	f.Entries[0].Story = feeds.Story{ID: "s", Others: []feeds.Article{
		{Source: diario, URL: "https://diario.example/ayuda?a=1&b=2", Title: "México envía <ayuda> a Cuba"},
		{Source: portal, URL: "https://reader:CANARY@portal.example/ajuda"},
		{Source: worldDesk, URL: "javascript:alert(1)", Title: "Nothing to link to"},
	}}
	f.Entries[1].Story.Others = []feeds.Article{{Source: worldDesk, URL: "https://world.example/quake", Title: "Quake shakes Oaxaca"}}
	f.Entries[0].Score = 4.5
	f.Entries[0].Evidence.Hits = []feeds.Hit{
		{Term: "Mexico", Field: feeds.TitleField, Offset: 0, Score: 3},
		{Term: "cuba*", Field: feeds.LeadField, Offset: 24, Score: 1.5},
	}
	return f
}

// samples are feeds by the names of their golden files.
func samples() map[string]*feeds.Feed {
	const home = "https://tributary.example/topics/latin-america"
	live := sample()
	live.Links = []feeds.FeedLink{
		{Rel: "hub", URL: "https://tributary.example/hub"},
		{Rel: "alternate", URL: home, Type: "text/html"},
		{Rel: "alternate", URL: home + ".json", Type: "application/feed+json", Title: "JSON Feed"},
		{Rel: "alternate", URL: home + ".es.atom", Type: "application/atom+xml", Title: "Latin America <ES> & more", Language: "es"},
		{Rel: "alternate", URL: home + ".pt.atom", Type: "application/atom+xml", Language: "pt"},
		{Rel: "alternate", URL: home + ".again.pt.atom", Type: "application/atom+xml", Language: "pt"},
		{Rel: "prev-archive", URL: home + "/2.atom"},
	}
	archive := sample()
	archive.Archive, archive.Updated = true, time.Time{}
	archive.Entries = archive.Entries[4:]
	archive.SelfURL = home + "/1.atom"
	archive.Links = []feeds.FeedLink{
		{Rel: "current", URL: home + ".atom"},
		{Rel: "prev-archive", URL: home + "/1.atom"},
		{Rel: "next-archive", URL: home + "/3.atom"},
	}
	return map[string]*feeds.Feed{
		"full": live, "archive": archive,
		"empty": {ID: live.ID, Title: "Nothing yet", HomeURL: home, SelfURL: live.SelfURL},
	}
}

var (
	worldDesk = feeds.Source{
		URL: "https://world.example/rss.xml", Title: "The World Desk", SiteURL: "https://world.example/", Language: "en",
	}
	diario = feeds.Source{
		URL: "https://diario.example/feed?access_token=CANARY", Title: "El Diario", SiteURL: "https://diario.example/",
		Language: "es", Publish: feeds.Excerpt,
	}
	portal = feeds.Source{
		URL: "https://reader:CANARY@portal.example/feed", Language: "pt", Publish: feeds.Link,
	}
)

func sampleArticles() []feeds.Article {
	return []feeds.Article{
		{ // everything
			Source: worldDesk, GUID: "https://world.example/2026/aid", URL: "https://world.example/2026/aid",
			Title: "Mexico pledges aid to Cuba: AT&T <b>helps</b>", Summary: "Two ships leave Veracruz & arrive on Friday.",
			Content: `<p>Two ships ]]> leave <a href="https://world.example/?a=1&amp;b=2">Veracruz</a>.</p>`,
			Authors: []string{"Ana Ruiz", "Joe Bloggs"}, Categories: []string{"World", "Aid & relief", "World", " "},
			Language: "en-GB", Image: "https://world.example/ship.jpg", Rights: "© 2026\n The World Desk",
			Enclosures: []feeds.Enclosure{
				{URL: "https://world.example/a.mp3", Type: "audio/mpeg", Length: 5 << 30},
				{URL: "https://world.example/b.pdf", Length: -1},
				{URL: "javascript:alert(1)", Type: "text/html"},
			},
			Published: noon.Add(-time.Hour), Updated: noon.Add(-30 * time.Minute), Seen: noon,
		},
		{ // excerpt; a source whose URL is secret; the future is not believed
			Source: diario, GUID: "123", URL: "https://diario.example/nota-2",
			Title: "  Sismo\u202e de 5,8\n en\x00 Oaxaca ", Summary: "Sin víctimas. El sismo se sintió en la capital.",
			Content: "<p>CANARY</p>", Image: "https://diario.example/oaxaca.png",
			Published: noon.AddDate(0, 0, 3), Updated: noon.AddDate(0, 0, 3), Seen: noon.Add(-2 * time.Hour),
		},
		{ // link; a source without a name; no title
			Source: portal, GUID: "tag:portal.example,2026:3", URL: "https://reader:CANARY@portal.example/noticia?id=3&x=ã b",
			Summary: "CANARY", Content: "CANARY", Image: "https://portal.example/CANARY.png",
			Enclosures: []feeds.Enclosure{{URL: "https://portal.example/CANARY.mp3"}}, Seen: noon.Add(-3 * time.Hour),
		},
		{ // no title, no content, an id of somebody else's
			Source: worldDesk, GUID: "https://world.example/2026/aid", URL: "https://world.example/4",
			Summary:   "A short note about the harvest in Mendoza, <where> rain came late.",
			Published: time.Date(1999, 12, 31, 23, 59, 59, 0, time.FixedZone("", -3*3600)), Seen: noon.Add(time.Second),
		},
		{ // nothing but a title
			Source: feeds.Source{URL: "https://bare.example/feed"}, Title: "Only a title", Seen: noon.Add(-4 * time.Hour),
		},
	}
}
