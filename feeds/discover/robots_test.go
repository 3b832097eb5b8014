package discover

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRobots(t *testing.T) {
	for name, c := range map[string]struct {
		robots, path string
		want         bool
	}{
		"nothing said":                  {"", "/a", true},
		"everything":                    {"User-agent: *\nDisallow: /", "/a", false},
		"an empty rule":                 {"User-agent: *\nDisallow:", "/a", true},
		"our group, not everybody's":    {"User-agent: *\nDisallow: /\n\nUser-agent: Tributary\nDisallow: /x", "/a", true},
		"our group without rules":       {"User-agent: *\nDisallow: /\n\nUser-agent: Tributary", "/a", true},
		"our name in another case":      {"user-agent: TRIBUTARY\ndisallow: /a", "/a", false},
		"our name with a version":       {"User-agent: Tributary/1.0\nDisallow: /a", "/a", false},
		"a name that begins like ours":  {"User-agent: TributaryNews\nDisallow: /a", "/a", true},
		"two names for one group":       {"User-agent: Tributary\nUser-agent: Other\nDisallow: /a", "/a", false},
		"two groups for us":             {"User-agent: Tributary\nDisallow: /a\nUser-agent: x\nDisallow: /\nUser-agent: Tributary\nDisallow: /b", "/b", false},
		"another line between":          {"User-agent: Tributary\nCrawl-delay: 5\nDisallow: /a", "/a", false},
		"the longest rule":              {"User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b/c", true},
		"the longest rule, other order": {"User-agent: *\nAllow: /a/b\nDisallow: /a", "/a/c", false},
		"equal rules":                   {"User-agent: *\nDisallow: /a\nAllow: /a", "/a", true},
		"case of the path":              {"User-agent: *\nDisallow: /A", "/a", true},
		"a star":                        {"User-agent: *\nDisallow: /*.xml", "/x/feed.xml?a", false},
		"a star and the end":            {"User-agent: *\nDisallow: /*.xml$", "/x/feed.xml?a", true},
		"the end":                       {"User-agent: *\nDisallow: /feed$", "/feed/", true},
		"the end, met":                  {"User-agent: *\nDisallow: /feed$", "/feed", false},
		"stars":                         {"User-agent: *\nDisallow: /*/b/*c", "/a/b/xc", false},
		"stars in vain":                 {"User-agent: *\nDisallow: /*/b/*c", "/a/c/b", true},
		"the end met late":              {"User-agent: *\nDisallow: /*a$", "/aba", false},
		"a query":                       {"User-agent: *\nDisallow: /?feed=", "/?feed=rss2", false},
		"escaped or not":                {"User-agent: *\nDisallow: /%7Ejoe/%e9", "/~joe/%E9", false},
		"beyond ASCII":                  {"User-agent: *\nDisallow: /México", "/M%C3%A9xico/feed", false},
		"byte order mark":               {"\xef\xbb\xbfUser-agent: *\nDisallow: /a", "/a", false},
		"line ends of Windows":          {"User-agent: *\r\nDisallow: /a\r\n", "/a", false},
		"line ends of old Macs":         {"User-agent: *\rDisallow: /a\r", "/a", false},
		"comments":                      {"# all\nUser-agent: * # you\nDisallow: /a # no", "/a", false},
		"rules before any group":        {"Disallow: /", "/a", true},
		"a page instead":                {"<!DOCTYPE html><html><body>Not found: really</body></html>", "/a", true},
		"past 500 KiB":                  {"User-agent: *\n" + strings.Repeat("#\n", maxRobots/2) + "Disallow: /a", "/a", true},
	} {
		u, err := url.Parse("https://a.example" + c.path)
		if err != nil {
			t.Fatal(err)
		}
		if got := parseRobots([]byte(c.robots), "Tributary/1 (+https://us.example/)").allows(u); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestRobotsSitemaps(t *testing.T) {
	r := parseRobots([]byte("Sitemap: https://a.example/1.xml\nUser-agent: x\nDisallow: /\nSITEMAP:https://a.example/2.xml # new"), "Tributary")
	if diff := cmp.Diff([]string{"https://a.example/1.xml", "https://a.example/2.xml"}, r.sitemaps); diff != "" {
		t.Errorf("want -, got +\n%s", diff)
	}
}

func FuzzRobots(f *testing.F) {
	f.Add("User-agent: *\nDisallow: /*a*b$\nAllow: /%e9%", "/xaxb")
	f.Add("User-agent: Tributary\nDisallow: /", "/")
	f.Fuzz(func(t *testing.T, text, path string) {
		u, err := url.Parse("https://a.example/" + path)
		if err != nil {
			return
		}
		parseRobots([]byte(text), "Tributary").allows(u)
		if once := normalPath(path); normalPath(once) != once {
			t.Errorf("%q is %q and then %q", path, once, normalPath(once))
		}
		if !matches(normalPath(strings.Trim(path, "*$")), normalPath(strings.Trim(path, "*$"))) {
			t.Errorf("%q does not match itself", path)
		}
	})
}
