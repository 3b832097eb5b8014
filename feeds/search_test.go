package feeds

import (
	"errors"
	"net/url"
	"testing"
	"time"
)

func TestSearchQuery(t *testing.T) {
	for _, test := range []struct {
		search Search
		want   string
	}{
		{Search{}, ""},
		{Search{Text: " «oil  price» -opec\t", Limit: 7}, "q=%C2%ABoil+price%C2%BB+-opec"},
		{Search{Text: "a&b", Topic: "peru", Source: " bbc.co.uk", Language: "ES"}, "lang=es&q=a%26b&source=bbc.co.uk&topic=peru"},
		{Search{Since: time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC), Until: time.Date(2026, 11, 26, 2, 0, 0, 0, time.FixedZone("", 3600)), Before: "abc"},
			"before=abc&since=2026-11-26&until=2026-11-26T01%3A00%3A00Z"},
	} {
		got := test.search.Query()
		if got != test.want {
			t.Errorf("%+v is %q, want %q", test.search, got, test.want)
		}
		values, err := url.ParseQuery(got)
		if err != nil {
			t.Fatal(err)
		}
		back, err := SearchOf(values)
		if err != nil || back.Query() != got {
			t.Errorf("%q is read as %q, %v", got, back.Query(), err)
		}
	}
}

func TestBadSearch(t *testing.T) {
	for _, bad := range []string{"since=yesterday", "until=2026-13-01", "since=26.11.2026"} {
		values, err := url.ParseQuery(bad)
		if err != nil {
			t.Fatal(err)
		}
		var want BadSearch
		if _, err := SearchOf(values); !errors.As(err, &want) {
			t.Errorf("%q fails with %v", bad, err)
		}
	}
}
