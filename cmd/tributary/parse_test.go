package main

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
)

func TestRunParse(t *testing.T) {
	const doc = `<rss version="2.0"><channel><title>F</title><link>..</link><item><guid>x</guid><title>A &amp; B</title><author>a@e.org (Ana)</author>
		<description>&lt;p>One&lt;/p>&lt;script>x&lt;/script></description><pubDate>Mon, 02 Mar 2026 10:05:06 -0300</pubDate><category>c</category>
		<enclosure url="a.mp3" type="audio/mpeg" length="7"/></item></channel></rss>`
	var out strings.Builder
	err := runParse(strings.NewReader(doc), &out, false, "https://e.org/dir/feed", `{"content-location": "/other/feed", "content-language": "fr"}`)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"ok":true,"version":"rss20","encoding":"utf-8","feed":{"title":"F","link":"https://e.org/","subtitle":"","id":"","language":"fr",` +
		`"author":"","updated_parsed":null,"tags":[]},"entries":[{"title":"A & B","link":"","id":"x","summary":"One","content":[],` +
		`"published_parsed":"2026-03-02T13:05:06Z","updated_parsed":null,"author":"a@e.org (Ana)","authors":["Ana"],"language":"fr","rights":"",` +
		`"tags":[{"term":"c"}],"enclosures":[{"href":"https://e.org/other/a.mp3","type":"audio/mpeg","length":"7"}]}]}` + "\n"
	if out.String() != want {
		t.Errorf("got  %s\nwant %s", out.String(), want)
	}
}

func TestRunParseBatch(t *testing.T) {
	line := func(id, doc string) string {
		b, err := json.Marshal(parseInput{ID: json.RawMessage(`"` + id + `"`), URL: "https://e.org/", Body: []byte(doc)})
		if err != nil {
			t.Fatal(err)
		}
		return string(b) + "\n"
	}
	if in := line("a", "x"); !strings.Contains(in, base64.StdEncoding.EncodeToString([]byte("x"))) {
		t.Errorf("the body is not base64: %s", in)
	}
	var out strings.Builder
	if err := runParse(strings.NewReader(line("a", "<rss><channel/></rss>")+line("b", "nothing")), &out, true, "", ""); err != nil {
		t.Fatal(err)
	}
	answers := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(answers) != 2 || !strings.HasPrefix(answers[0], `{"id":"a","ok":true,`) ||
		answers[1] != `{"id":"b","ok":false,"error":"read document: not a feed: begins with \"nothing\"","entries":[]}` {
		t.Errorf("%q", answers)
	}
	if err := runParse(strings.NewReader(""), &out, false, "", "{"); err == nil {
		t.Error("half an object of headers is no error")
	}
}

// TestBatch sees that every line is answered, whatever the others are.
func TestBatch(t *testing.T) {
	const doc = `"body":"PHJzcz48Y2hhbm5lbC8+PC9yc3M+"`
	long := strings.Repeat(" ", 12<<20)
	in := strings.Join([]string{
		`{"id":"a",` + doc + `}`, "", "garbage", `{"id":"b","body":"!!!"}`, `{"id":"c","headers":3,` + doc + `}`, "{",
		`{"id":4,"headers":{"content-LANGUAGE":["es"]},` + doc + `}`, `{"id":"e",` + long + doc + `}` + "\r", `{"id":"f","headers":null,` + doc + `}`,
	}, "\n")
	var out strings.Builder
	if err := runParse(strings.NewReader(in), &out, true, "", ""); err != nil {
		t.Fatal(err)
	}
	want := []string{`{"id":"a","ok":true,`, `{"ok":false,"error":"read line 3 of`, `{"id":"b","ok":false,"error":"read line 4 of`,
		`{"id":"c","ok":false,"error":"read line 5 of`, `{"ok":false,"error":"read line 6 of`, `{"id":4,"ok":true,`, `{"id":"e","ok":true,`, `{"id":"f","ok":true,`}
	got := strings.Split(strings.TrimSpace(out.String()), "\n")
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || !strings.HasPrefix(got[i], want[i]) {
			t.Fatalf("answer %d of %q", i, got)
		}
	}
	if !strings.Contains(got[5], `"language":"es"`) {
		t.Errorf("a header field in a list is not read: %s", got[5])
	}
	out.Reset()
	if err := runClean(strings.NewReader("{\"id\":1,\"html\":2}\n"+`{"id":2,"html":"<i>x"}`), &out, true); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); !strings.HasPrefix(got, `{"id":1,"html":"","error":"read line 1 of`) || !strings.HasSuffix(got, `{"id":2,"html":"<i>x</i>"}`+"\n") {
		t.Errorf("%s", got)
	}
}

func TestRunClean(t *testing.T) {
	var out strings.Builder
	if err := runClean(strings.NewReader(`<p onclick=x>a<script>b`), &out, false); err != nil || out.String() != "<p>a</p>\n" {
		t.Errorf("%q, %v", out.String(), err)
	}
	out.Reset()
	in := `{"id":"1","html":"<b>a"}` + "\n" + `{"id":"2","html":"<img src=a.png>","base":"https://e.org/"}`
	if err := runClean(strings.NewReader(in), &out, true); err != nil {
		t.Fatal(err)
	}
	want := `{"id":"1","html":"<b>a</b>"}` + "\n" +
		`{"id":"2","html":"<img src=\"https://e.org/a.png\" loading=\"lazy\" referrerpolicy=\"no-referrer\"/>"}` + "\n"
	if out.String() != want {
		t.Errorf("%s", out.String())
	}
}
