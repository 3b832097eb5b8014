package storage_test

import (
	"fmt"
	"strings"
	"time"

	"tributary/feeds"
)

// goodGUIDs are sources whose guids can be trusted, and nothing else.
var goodGUIDs = []scenario{
	{name: "nothing changes", docs: rounds(3, 5, func(_, _ int, _ *feeds.Article) {})},
	{name: "titles are edited", docs: rounds(3, 5, func(round, _ int, a *feeds.Article) {
		a.Title += strings.Repeat(", updated", round)
	})},
	{name: "titles and texts are rewritten", docs: rounds(3, 5, func(round, n int, a *feeds.Article) {
		a.Title, a.Content = fmt.Sprintf("Version %d of report %d", round, n), textOf(1000*round+n)
	})},
	{name: "dates move at every visit", docs: rounds(3, 5, func(round, _ int, a *feeds.Article) {
		a.Published = a.Published.Add(time.Duration(round) * 15 * time.Minute)
	})},
	{name: "dates go back and forth, and away", docs: rounds(4, 5, func(round, _ int, a *feeds.Article) {
		a.Published = []time.Time{a.Published, {}, a.Published.AddDate(1, 0, 0), a.Published.AddDate(-1, 0, 0)}[round]
	})},
	{name: "one link for all", docs: rounds(3, 5, func(_, _ int, a *feeds.Article) { a.URL = "https://status.example/" })},
	{name: "a link blog: two posts about one page", docs: rounds(3, 2, func(_, _ int, a *feeds.Article) {
		a.URL = "https://elsewhere.example/page"
	})},
	{name: "links are exchanged", docs: rounds(2, 2, func(round, n int, a *feeds.Article) {
		a.URL, a.Published = piece((n+round)%2).URL, firstDay
	})},
	{name: "all in one second", docs: rounds(3, 5, func(_, _ int, a *feeds.Article) { a.Published = firstDay })},
	{name: "guids that differ in case", docs: rounds(2, 2, func(_, n int, a *feeds.Article) {
		a.GUID = []string{"Item-A", "item-a"}[n]
	})},
	{name: "a fragment that counts, and two versions in one document", docs: [][]told{
		{bbc(0, 0, 0), bbc(1, 0, 0)},
		{bbc(0, 3, time.Hour), bbc(0, 0, 0), bbc(1, 1, 0)},
	}},
	{name: "absent for a while", docs: [][]told{
		window(0, 0, 3, asIs), window(1, 3, 6, asIs), window(2, 0, 6, asIs),
	}},
}

func asIs(_, _ int, _ *feeds.Article) {}

func bbc(n, version int, later time.Duration) told {
	a := piece(n)
	a.GUID, a.Published = fmt.Sprintf("%s#%d", a.URL, version), a.Published.Add(later)
	return told{fmt.Sprint("article ", n), a}
}

// badGUIDs are sources whose guids cannot be trusted, or that have none.
var badGUIDs = []scenario{
	{name: "new guids at every visit", docs: rounds(4, 5, func(round, n int, a *feeds.Article) {
		a.GUID = fmt.Sprintf("urn:uuid:%d-%d", round, n)
	})},
	{name: "new guids at every visit, no dates", docs: rounds(4, 5, func(round, n int, a *feeds.Article) {
		a.GUID, a.Published = fmt.Sprintf("urn:uuid:%d-%d", round, n), time.Time{}
	})},
	{name: "new guids at every visit, and news", docs: func() (docs [][]told) {
		for round := range 6 {
			docs = append(docs, window(round, 2*round, 2*round+6, func(round, n int, a *feeds.Article) {
				a.GUID, a.Title = fmt.Sprintf("urn:uuid:%d-%d", round, n), fmt.Sprintf("Report %d: %s", n*7919, a.Title)
			}))
		}
		return docs
	}()},
	{name: "new guids once, then links with tokens", docs: rounds(4, 5, func(round, n int, a *feeds.Article) {
		a.GUID = fmt.Sprintf("cms-%d:%d", min(round, 1), n)
		if round >= 2 { // nothing but the guid is as it was
			a.URL += fmt.Sprintf("/token-%d", round)
			a.Title, a.Content = fmt.Sprint("Number ", 10*round+n), textOf(100*round+n)
		}
	})},
	{name: "new guids at every visit, and one item without a link", docs: func() [][]told {
		docs := rounds(4, 5, func(round, n int, a *feeds.Article) { a.GUID = fmt.Sprintf("urn:uuid:%d-%d", round, n) })
		note := told{"note", piece(9)}
		note.URL = ""
		docs[2] = append(docs[2], note)
		return docs
	}()},
	{name: "one guid for all", docs: rounds(3, 5, func(_, _ int, a *feeds.Article) { a.GUID = "https://gazette.example/?p=1" })},
	{name: "one guid and one link for all, no dates", docs: rounds(3, 5, func(_, _ int, a *feeds.Article) {
		a.GUID, a.URL, a.Published = "none", "https://gazette.example/", time.Time{}
	})},
	{name: "one guid and one link for all, dates only", docs: rounds(3, 5, func(_, _ int, a *feeds.Article) {
		a.GUID, a.URL, a.Published = "none", "https://gazette.example/", firstDay.Truncate(24*time.Hour)
	})},
	{name: "guids come later, and go again", docs: rounds(3, 5, func(round, _ int, a *feeds.Article) {
		if round != 1 {
			a.GUID = ""
		}
	})},
	{name: "no guid", docs: rounds(3, 5, func(_, _ int, a *feeds.Article) { a.GUID = "" })},
	{name: "no guid, and dates move by days", docs: rounds(4, 5, func(round, _ int, a *feeds.Article) {
		a.GUID, a.Published = "", a.Published.AddDate(0, 0, 9*round)
	})},
	{name: "no guid, tracking parameters", docs: rounds(3, 5, func(round, n int, a *feeds.Article) {
		a.GUID, a.URL = "", fmt.Sprintf("%s?utm_source=feed&id=%d&fbclid=%d%d", a.URL, n, round, n)
	})},
	{name: "the guid is the link, with tracking parameters", docs: rounds(3, 5, func(round, _ int, a *feeds.Article) {
		a.URL += fmt.Sprintf("?utm_campaign=%d", round)
		a.GUID = a.URL
	})},
	{name: "no guid, a live report", docs: rounds(4, 1, func(round, _ int, a *feeds.Article) {
		a.GUID, a.Title, a.Content = "", headlines[round], textOf(round)
		a.Published = a.Published.Add(time.Duration(round) * 3 * time.Hour)
	})},
	{name: "no guid, a page whose text grows all day", docs: rounds(4, 5, func(round, n int, a *feeds.Article) {
		a.GUID, a.Title, a.Content = "", fmt.Sprintf("What happened on 2026-03-%d", 10+n), textOf(100*round+n)
		a.Published = time.Date(2026, 3, 10+n, 0, 0, 0, 0, time.UTC)
	})},
	{name: "no guid, no link, no date", docs: rounds(3, 5, func(_, _ int, a *feeds.Article) {
		a.GUID, a.URL, a.Published = "", "", time.Time{}
	})},
	{name: "no guid, listed twice with another date", docs: func() (docs [][]told) {
		for range 3 {
			doc := window(0, 0, 4, func(_, _ int, a *feeds.Article) { a.GUID = "" })
			again := doc[2]
			again.Published = again.Published.AddDate(1, 0, 0)
			docs = append(docs, append(doc, again))
		}
		return docs
	}()},
}

// badLinks are sources whose links change, or lead nowhere of their own.
var badLinks = []scenario{
	{name: "links with tokens, no guid, dates only", docs: rounds(3, 5, func(round, n int, a *feeds.Article) {
		a.GUID, a.URL = "", fmt.Sprintf("https://papers.example/get?file=%d&v=%d", n, round*100+n)
		a.Published = a.Published.Truncate(24 * time.Hour)
	})},
	{name: "links with tokens, no guid, dates only, edited texts", docs: rounds(3, 5, func(round, n int, a *feeds.Article) {
		a.GUID, a.URL = "", fmt.Sprintf("https://papers.example/get?v=%d", round*100+n)
		a.Content += strings.Repeat(textOf(50+n), round)
		a.Published = a.Published.Truncate(24 * time.Hour)
	})},
	{name: "links with tokens, no guid, dates that move", docs: rounds(3, 5, func(round, n int, a *feeds.Article) {
		a.GUID, a.URL = "", fmt.Sprintf("https://papers.example/get?v=%d", round*100+n)
		a.Published = a.Published.Add(time.Duration(round) * 7 * time.Hour)
	})},
	{name: "links with tokens, no guid, no dates, no texts", docs: rounds(3, 5, func(round, n int, a *feeds.Article) {
		a.GUID, a.URL = "", fmt.Sprintf("https://papers.example/get?v=%d", round*100+n)
		a.Content, a.Published = "", time.Time{}
	})},
	{name: "one page, a fragment for each, no guid", docs: rounds(3, 5, func(_, n int, a *feeds.Article) {
		a.GUID, a.URL = "", fmt.Sprintf("https://log.example/page#entry-%c", 'a'+n)
	})},
	{name: "a live page, a number for each, no guid", docs: rounds(3, 5, func(_, n int, a *feeds.Article) {
		a.GUID, a.URL = "", fmt.Sprintf("https://log.example/live#%d", 1000+n)
	})},
}

// moves are sources that change their addresses.
var moves = []scenario{
	{name: "http becomes https", docs: rounds(3, 5, func(round, _ int, a *feeds.Article) {
		if round == 0 {
			a.URL = strings.Replace(a.URL, "https", "http", 1)
		}
		a.GUID = a.URL
	})},
	{name: "the headline is in guid and link, and edited", docs: rounds(3, 5, func(round, _ int, a *feeds.Article) {
		a.URL += strings.Repeat("-now", round)
		a.GUID, a.Title = a.URL, a.Title+strings.Repeat(" now", round)
	})},
	{name: "the headline is in a parameter of guid and link, and edited", docs: rounds(3, 5, func(round, n int, a *feeds.Article) {
		a.URL = fmt.Sprintf("https://gazette.example/read?story=%d%s&from=feed", n, strings.Repeat("-now", round))
		a.GUID, a.Title = a.URL, a.Title+strings.Repeat(" now", round)
	})},
	{name: "the headline is in guid and link, and edited with the text", docs: rounds(3, 5, func(round, _ int, a *feeds.Article) {
		a.URL += strings.Repeat("-now", round)
		a.GUID, a.Title = a.URL, a.Title+strings.Repeat(" now", round)
		a.Content += strings.Repeat("<p>A correction was made.</p>", round)
	})},
	{name: "the headline is in the guid, edited, and the date moves", docs: rounds(3, 5, func(round, n int, a *feeds.Article) {
		a.GUID, a.Title = fmt.Sprintf("%s-v%d", a.URL, round), a.Title+strings.Repeat(" now", round)
		a.Published = a.Published.Add(time.Duration(round) * 601 * time.Second)
	})},
	{name: "another host", docs: rounds(3, 5, func(round, _ int, a *feeds.Article) {
		if round > 0 {
			a.URL = strings.Replace(a.URL, "gazette", "fresh", 1)
		}
		a.GUID = a.URL
	})},
	{name: "another host and scheme, short texts, no dates", docs: rounds(3, 5, func(round, n int, a *feeds.Article) {
		a.Content, a.Published = "<p>Read on.</p>", time.Time{}
		if round > 0 {
			a.URL = strings.Replace(a.URL, "https://gazette", "http://fresh", 1)
		}
		a.GUID = a.URL
	})},
	{name: "another system: other guids, links stay", docs: rounds(3, 5, func(round, n int, a *feeds.Article) {
		if round > 0 {
			a.GUID = fmt.Sprintf("urn:uuid:%d", n)
		}
	})},
	{name: "another guid and title, the link stays", docs: rounds(2, 3, func(round, n int, a *feeds.Article) {
		a.GUID += strings.Repeat("-b", round)
		a.Title += strings.Repeat(" (updated)", round)
		a.Published = a.Published.Add(time.Duration(round) * time.Hour)
	})},
}
