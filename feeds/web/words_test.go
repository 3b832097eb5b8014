package web

import (
	"testing"
	"time"
)

func TestShorten(t *testing.T) {
	for _, c := range []struct {
		in   string
		n    int
		want string
	}{
		{"", 5, ""},
		{" short ", 5, "short"},
		{"exactly ten", 11, "exactly ten"},
		{"one two three", 8, "one two…"},
		{"one two three", 7, "one two…"},
		{"one two three", 10, "one two…"},
		{"abcdefghij", 4, "abcd…"},
		{"日本語のニュース記事です", 6, "日本語のニュ…"},
	} {
		if got := shorten(c.in, c.n); got != c.want {
			t.Errorf("shorten(%q, %d) = %q, want %q", c.in, c.n, got, c.want)
		}
	}
}

func TestSpan(t *testing.T) {
	for d, want := range map[time.Duration]string{
		time.Second: "second", time.Minute: "minute", 15 * time.Minute: "15 minutes", 90 * time.Minute: "90 minutes", time.Hour: "hour", 24 * time.Hour: "24 hours",
	} {
		if got := span(d); got != want {
			t.Errorf("span(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestWords(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{count(0, "entry", "entries"), "no entries"},
		{count(1, "entry", "entries"), "1 entry"},
		{count(1234567, "entry", "entries"), "1,234,567 entries"},
		{grouped(999), "999"},
		{grouped(1000), "1,000"},
		{points(2.449), "2.45"},
		{points(3), "3"},
		{percent(0.666), "67 %"},
		{timesWord(1), ""},
		{timesWord(2), "twice "},
		{timesWord(3), "3 times "},
		{englishName("pt-BR"), "Portuguese"},
		{englishName("zh-Hant-TW"), "Chinese"},
		{englishName(""), ""},
		{englishName(`"><b>`), ""},
		{englishName("qqq"), ""},
		{languageTag("es-419"), "es-419"},
		{languageTag("xx-nonsense-language"), ""},
		{placeName("MX"), "Mexico"},
		{placeName("latin-america"), "Latin America"},
		{placeName("middle-east-and-africa"), "Middle East and Africa"},
		{placeName(""), ""},
		{imageURL("https://a.example/x.jpg"), "https://a.example/x.jpg"},
		{imageURL("http://a.example/x.jpg"), "https://a.example/x.jpg"},
		{imageURL("data:image/png;base64,AA"), ""},
		{imageURL("//a.example/x.jpg"), ""},
		{imageURL("https:/x.jpg"), ""},
		{hostname("https://www.news.example:8080/x"), "news.example"},
		{hostname("::"), ""},
		{reach("news@a.example"), "mailto:news@a.example"},
		{reach("https://a.example/@news"), "https://a.example/@news"},
		{sentence("élan is lost"), "Élan is lost."},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}
