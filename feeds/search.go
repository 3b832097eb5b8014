package feeds

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// ErrSearchTooLong says that a search was given up, because it would have kept others waiting.
var ErrSearchTooLong = errors.New("the search takes too long: add a rarer word, a source or a later beginning")

// BadSearch says in one line what a person wrote that cannot be searched for, and what to write instead.
type BadSearch string

func (e BadSearch) Error() string { return string(e) }

// Query gives the parameters of the search's URL: the same for the same search, whoever typed it, so
// that it names the search's feed. Limit is not in it.
func (s Search) Query() string {
	q := url.Values{}
	for name, value := range map[string]string{
		"q": strings.Join(strings.Fields(s.Text), " "), "topic": s.Topic, "source": strings.TrimSpace(s.Source),
		"lang": strings.ToLower(s.Language), "since": day(s.Since), "until": day(s.Until), "before": s.Before,
	} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return q.Encode()
}

// SearchOf reads the parameters of a search's URL. It fails with a BadSearch.
func SearchOf(q url.Values) (s Search, err error) {
	s = Search{Text: q.Get("q"), Topic: q.Get("topic"), Source: strings.TrimSpace(q.Get("source")), Language: q.Get("lang"), Before: q.Get("before")}
	var since, until error
	s.Since, since = moment(q.Get("since"))
	s.Until, until = moment(q.Get("until"))
	return s, cmp.Or(since, until)
}

// day writes a moment, and a day's beginning as the day.
func day(t time.Time) string {
	if t = t.UTC(); t.IsZero() {
		return ""
	} else if t.Equal(t.Truncate(24 * time.Hour)) {
		return t.Format(time.DateOnly)
	}
	return t.Format(time.RFC3339Nano)
}

func moment(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, BadSearch(fmt.Sprintf("%.40q is no date: write it like 2026-11-26", text))
}
