package storage_test

import (
	"fmt"
	"time"

	"tributary/feeds"
)

// lookalikes are different articles that look like one.
var lookalikes = []scenario{
	{name: "today's offers: one link, a guid a day", docs: daily(5, func(day int, a *feeds.Article) {
		a.GUID, a.URL = fmt.Sprint("offer ", day), "https://offers.example/today"
	})},
	{name: "a weekly column: one link, no guid", every: 56 * time.Hour, docs: daily(5, func(day int, a *feeds.Article) {
		a.GUID, a.URL, a.Published = "", "https://gazette.example/column", firstDay.AddDate(0, 0, 7*day)
	})},
	{name: "a word a day: one link, no guid, no date", docs: daily(5, func(day int, a *feeds.Article) {
		a.GUID, a.URL, a.Published, a.Content = "", "https://words.example/", time.Time{}, ""
	})},
	{name: "the same title every morning", docs: daily(5, func(day int, a *feeds.Article) { a.Title = "Morning news" })},
	{name: "a daily quiz: title and text are the same", docs: daily(5, func(day int, a *feeds.Article) {
		a.Title, a.Published = "The daily quiz", time.Date(2026, 3, 1+day, 0, 0, 0, 0, time.UTC)
		a.Content = "<p>Ten questions about the week's news, sport and arts. How many can you answer today without looking them up?</p>"
	})},
	{name: "a status page: title, text and link are the same", docs: incidents(3, 3, 3, 3)},
	{name: "a status page, most of it at first", docs: incidents(3, 1, 1, 1)},
	{name: "a status page, half of it at first", docs: incidents(2, 1, 1, 1)},
	{name: "a status page among other news", docs: func() [][]told {
		docs := incidents(3, 1, 1, 1)
		for round := range docs {
			docs[round] = append(docs[round], window(round, 20, 25, asIs)...)
		}
		return docs
	}()},
	{name: "a status page without guids, in many words", docs: rounds(3, 5, func(_, n int, a *feeds.Article) {
		incident(n, a)
		a.GUID = ""
	})},
	{name: "a status page without guids: only the time differs", docs: rounds(3, 5, func(_, n int, a *feeds.Article) {
		a.GUID, a.URL, a.Title, a.Content = "", "https://status.example/", "Resolved", "<p>All is well.</p>"
	})},
	{name: "parts of a series in one second", docs: func() (docs [][]told) {
		for round := range 3 {
			docs = append(docs, window(round, 0, round+1, func(_, n int, a *feeds.Article) {
				a.Title, a.Published = fmt.Sprintf("A history of the harbour, part %d", n+1), firstDay
			}))
		}
		return docs
	}()},
	{name: "a batch of one second, numbered, one absent at a time", docs: batch(func(n int, a *feeds.Article) {
		a.GUID, a.URL = fmt.Sprint("video:", n), fmt.Sprintf("https://videos.example/watch?v=%d", n)
	})},
	{name: "a batch of one second, addressed by headline, one absent at a time", docs: batch(func(n int, a *feeds.Article) {
		a.URL = fmt.Sprintf("https://videos.example/show-%d", n)
		a.GUID = a.URL
	})},
	{name: "twice a day, dates only, one at a time", docs: daily(4, func(day int, a *feeds.Article) {
		a.Title, a.Published = "The forecast", time.Date(2026, 3, 1+day/2, 0, 0, 0, 0, time.UTC)
	})},
}

// incidents gives a document for each of sizes; each shows so many of the newest incidents.
func incidents(sizes ...int) (docs [][]told) {
	for round, size := range sizes {
		end := sizes[0] + round
		docs = append(docs, window(round, end-size, end, func(_, n int, a *feeds.Article) { incident(n, a) }))
	}
	return docs
}

// incident makes an article a notice that differs from others in guid and time alone.
func incident(n int, a *feeds.Article) {
	a.GUID, a.URL, a.Title = fmt.Sprint("incident ", n), "https://status.example/", "Service restored"
	a.Content = "<p>All systems work normally again after the incident, and we go on watching them closely.</p>"
}

// batch is a channel that announces its programme in one second, with titles of one pattern and one
// description: of every three visits each shows other parts of it.
func batch(f func(n int, a *feeds.Article)) (docs [][]told) {
	shows := []string{"Kitchen hour", "Market watch", "Night court", "Garden clinic"}
	for round := range 6 {
		doc := window(round, 0, len(shows), func(_, n int, a *feeds.Article) {
			a.Title, a.Published = shows[n]+" | Channel Nine (20 September 2026)", firstDay
			a.Content = "<p>Subscribe to Channel Nine and watch all our shows live, every day, wherever you are in the world.</p>"
			f(n, a)
		})
		gone := (round + 2) % len(shows)
		docs = append(docs, append(doc[:gone:gone], doc[gone+1:]...))
	}
	return docs
}

// removals are sources that still list what retention has removed. An article that came back would be
// a second one, or a first one where none may come.
var removals = []scenario{
	{name: "removed, and still listed", pruned: 1, docs: rounds(3, 3, asIs)},
	{name: "removed, and still listed without guid", pruned: 1, docs: rounds(3, 3, func(_, _ int, a *feeds.Article) { a.GUID = "" })},
	{name: "removed, and re-dated without guid", pruned: 1, docs: rounds(3, 3, func(round, _ int, a *feeds.Article) {
		a.GUID, a.Published = "", a.Published.AddDate(0, round, 0)
	})},
	{name: "removed, edited and re-dated", pruned: 1, docs: rounds(3, 3, func(round, n int, a *feeds.Article) {
		a.Title, a.Content = headlines[(n+round)%len(headlines)], textOf(100*round+n)
		a.Published = a.Published.AddDate(0, round, 0)
	})},
	{name: "removed, under other guids", pruned: 1, docs: rounds(3, 3, func(round, n int, a *feeds.Article) {
		if round > 0 {
			a.GUID = fmt.Sprintf("urn:uuid:%d", n)
		}
	})},
	{name: "removed, and the source has news", pruned: 1, docs: [][]told{
		window(0, 0, 3, asIs), window(1, 0, 5, asIs), window(2, 1, 6, asIs),
	}},
	{name: "removed, and its link tells another story", pruned: 1, every: 30 * 24 * time.Hour, docs: daily(2, func(day int, a *feeds.Article) {
		a.GUID, a.URL = fmt.Sprint("yearbook ", day), "https://gazette.example/yearbook"
		a.Published = firstDay.AddDate(0, 3*day, 0)
	})},
}
