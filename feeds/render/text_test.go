package render

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestLine(t *testing.T) {
	for in, want := range map[string]string{
		"":                                    "",
		" a\t\nb\u00a0\u2028c\u0085d ":        "a b c d",
		"a\x00\x1b\u007f\u009fb":              "ab",
		"a  b":                                "a b",
		"a\x0b\x0cb":                          "a b",
		"\u202eabc\u202c \u2066x\u2069":       "abc x",
		"\u200fשלום\u200e":                    "\u200fשלום\u200e",
		"x\xff\xed\xa0\x80y":                  "xy",
		"\ufffe\uffff\ufffd\U0001ffff\ufdd0😀": "?😀",
		"Educaci\u00c3\u00b3n":                "Educación",
		"«AMANH\u00c3»":                       "«AMANH\u00c3»",
		"s\u00c3\u00b8ndag \u2026":            "søndag \u2026",
		"\u00c3\u0083\u00c2\u00a9":            "é",
		"año & a\u00c3\u00b1o":                "año & año",
		"a </b> c":                            "a <\u2060/b> c",
		"<script> &amp; ]]>":                  "<script> &amp; ]]>",
	} {
		if got := line(in); got != want {
			t.Errorf("line(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestLegal(t *testing.T) {
	for in, want := range map[string]string{
		"<p>a\r\n\tb</p>":                      "<p>a\r\n\tb</p>",
		"a\x00\x08\x0c\x1fb\ufffe\uffff\xc3":   "ab",
		"\U0010fffd\ue000\ud7ff\u202e":         "\U0010fffd\ue000\ud7ff\u202e",
		"a\u007f\u0085\ufdd0\U0003fffe\ufffdb": "a?b",
		"«\u00c3\u00b1\n\u00c3\u00b1":          "«\u00c3\u00b1\nñ",
		"<p>A\u00c3\u00b1o</p>":                "<p>Año</p>",
	} {
		if got := legal(in); got != want {
			t.Errorf("legal(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestCut(t *testing.T) {
	for _, c := range []struct {
		in    string
		limit int
		want  string
	}{
		{"", 5, ""},
		{"12345", 5, "12345"},
		{"ñandú", 5, "ñandú"},
		{"One two three four", 12, "One two…"},
		{"One two, three", 11, "One two…"},
		{"It rained. “It did.” Then", 22, "It rained. “It did.”"},
		{"No. But then it rained for days", 20, "No. But then it…"},
		{"abcdefghij", 5, "abcd…"},
		{"A " + strings.Repeat("語", 20), 10, "A 語語語語語語語…"},
		{"abce\u0301\u0301\u0301fgh", 5, "abc…"},
		{strings.Repeat("\u0301", 9), 5, "…"},
	} {
		got := cut(c.in, c.limit)
		if got != c.want {
			t.Errorf("cut(%q, %d) = %q, want %q", c.in, c.limit, got, c.want)
		}
		if n := utf8.RuneCountInString(got); n > c.limit {
			t.Errorf("cut(%q, %d) has %d characters", c.in, c.limit, n)
		}
	}
}

func TestTag(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "es": "es", "pt-BR": "pt-BR", "zh-Hant-TW": "zh-Hant-TW",
		"en_US": "", "es-": "", "español": "", "Spanish language": "", "abcdefghi": "", "iw": "he", "spa": "es", "fil": "fil", "yue": "",
		"und": "", "cn": "", "x-klingon": "",
	} {
		if got := tag(in); got != want {
			t.Errorf("tag(%q) = %q, want %q", in, got, want)
		}
	}
}
