package parse

import "testing"

func TestWebURL(t *testing.T) {
	// The first ones are the examples of RFC 3986 §5.4.
	const base = "http://a/b/c/d;p?q"
	for ref, want := range map[string]string{
		"g": "http://a/b/c/g", "./g": "http://a/b/c/g", "g/": "http://a/b/c/g/", "/g": "http://a/g", "//g": "http://g", "?y": "http://a/b/c/d;p?y",
		"g?y": "http://a/b/c/g?y", "#s": "http://a/b/c/d;p?q#s", "g#s": "http://a/b/c/g#s", ";x": "http://a/b/c/;x", ".": "http://a/b/c/",
		"..": "http://a/b/", "../g": "http://a/b/g", "../../g": "http://a/g", "../../../g": "http://a/g", "/./g": "http://a/g", "g;x=1/../y": "http://a/b/c/y",

		"":                              "",
		" https://e.org/x ":             "https://e.org/x",
		"https://e.org/a%2Fb?c=%20#d":   "https://e.org/a%2Fb?c=%20#d", // byte for byte
		"HTTPS://E.org/X":               "HTTPS://E.org/X",
		"https://e.org/a b":             "https://e.org/a%20b",
		"https://e.org/\n x\"><script>": "https://e.org/%20x%22%3E%3Cscript%3E",
		"https://e.org/ñ":               "https://e.org/ñ",
		"https://müller.example/":       "https://müller.example/",
		"http:/nohost":                  "",
		"http://":                       "",
		"javascript:alert(1)":           "",
		"java\nscript:alert(1)":         "",
		"JAVASCRIPT:alert(1)":           "",
		" \x01javascript:alert(1)":      "",
		"data:text/html,x":              "",
		"vbscript:x":                    "",
		"file:///etc/passwd":            "",
		"mailto:a@e.org":                "",
		"ftp://e.org/":                  "",
		"http://[::1":                   "",
	} {
		if got := webURL(base, ref); got != want {
			t.Errorf("%q is %q, want %q", ref, got, want)
		}
	}
	if got := linkURL(base, "mailto:a@e.org"); got != "mailto:a@e.org" {
		t.Errorf("a mail link is %q", got)
	}
	if got := webURL("http://müller.example/a/", "../b"); got != "http://xn--mller-kva.example/b" {
		t.Errorf("under a name that is not ASCII: %q", got)
	}
	if got := webURL("", "b"); got != "" {
		t.Errorf("without a base: %q", got)
	}
}
