package fetch

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestHeaders holds what is made of statuses and headers to the table in testdata.
func TestHeaders(t *testing.T) {
	table, err := os.ReadFile("testdata/headers.txt")
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for number, line := range strings.Split(string(table), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		rows++
		column := strings.SplitN(line, "|", 3)
		if len(column) != 3 {
			t.Fatalf("line %d is not a row of three columns", number+1)
		}
		t.Run(fmt.Sprintf("line %d", number+1), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got, want := outcome(t, strings.TrimSpace(column[0]), strings.TrimSpace(column[1])), strings.TrimSpace(column[2])
				if got != want {
					t.Errorf("%s\ngives %s", line, got)
				}
			})
		})
	}
	if rows < 300 {
		t.Errorf("%d rows: the table is not whole", rows)
	}
}

// outcome gets an answer with a status and fields, and writes what comes of it as the table does.
func outcome(t *testing.T, status, fields string) string {
	const site, path = "http://feeds.example", "/dir/feed.xml"
	answer := "HTTP/1.1 " + status + " Words\n" + strings.ReplaceAll(fields, " & ", "\n") + "\n"
	if fields == "" {
		answer = strings.TrimSuffix(answer, "\n")
	}
	if status != "204" && status != "304" { // which have no body
		answer += "Content-Length: 63\n\n" + feed
	} else {
		answer += "\n"
	}
	c := piped(t, func(p *pipe) {
		for asked := p.request(); asked != ""; asked = p.request() {
			if asked == path {
				p.answer(lines(answer))
			} else {
				p.answer(lines(good))
			}
		}
	})
	res, err := c.Get(t.Context(), Request{URL: site + path, ETag: `"1"`, ValidatorURL: site + path})
	if err != nil {
		e := err.(*Error)
		return fmt.Sprint(e.Kind, known("fresh", e.Fresh), known("retry", e.RetryAfter))
	}
	what := "ok"
	if res.NotModified {
		what = "unmodified"
	}
	return what + known("fresh", res.Fresh) + known("etag", res.ETag) + known("modified", res.LastModified) +
		known("type", res.ContentType) + known("at", inside(site, res.URL, site+path)) + known("moved", inside(site, res.Moved, ""))
}

// inside gives a URL without its site, or "" when it is the one expected.
func inside(site, url, expected string) string {
	if url == expected {
		return ""
	}
	if path, ok := strings.CutPrefix(url, site+"/"); ok {
		return "/" + path
	}
	return url
}

// known writes a value that is there.
func known[T comparable](name string, value T) string {
	var none T
	if value == none {
		return ""
	}
	text := fmt.Sprint(value)
	if _, ok := any(value).(time.Duration); ok { // "1h0m0s" is longer than it need be
		if strings.HasSuffix(text, "m0s") {
			text = strings.TrimSuffix(text, "0s")
		}
		if strings.HasSuffix(text, "h0m") {
			text = strings.TrimSuffix(text, "0m")
		}
	}
	return " " + name + "=" + text
}
