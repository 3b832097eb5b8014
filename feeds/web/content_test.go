package web

import (
	"strings"
	"testing"

	"golang.org/x/net/html"
)

func TestContent(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"text", "plain", "plain"},
		{"paragraphs stay", "<p>One <b>two</b></p>", "<p>One <b>two</b></p>"},
		{"headings come below the title", "<h1>A</h1><h4>B</h4>", "<h2>A</h2><h2>B</h2>"},
		{"empty headings go", "<h3> </h3><p>x</p>", "<p>x</p>"},
		{"images load over TLS", `<img src="http://a.example/x.jpg" srcset="http://a.example/y.jpg 2x" sizes="1px"/>`, `<img src="https://a.example/x.jpg" alt=""/>`},
		{"images keep their texts", `<img src="https://a.example/x.jpg" alt="A cat"/>`, `<img src="https://a.example/x.jpg" alt="A cat"/>`},
		{"images without an address go", `<p><img alt="x"/></p>`, `<p></p>`},
		{"a linked image has a name", `<a href="https://www.a.example/"><img src="https://a.example/x.jpg"/></a>`,
			`<a href="https://www.a.example/" aria-label="picture, linked to a.example"><img src="https://a.example/x.jpg" alt=""/></a>`},
		{"a linked image with a text needs none", `<a href="https://a.example/"><img src="https://a.example/x.jpg" alt="cat"/></a>`,
			`<a href="https://a.example/"><img src="https://a.example/x.jpg" alt="cat"/></a>`},
		{"empty links go", `<p>x<a href="https://a.example/"></a></p>`, `<p>x</p>`},
		{"languages that are none go", `<p lang="xx-12345678901">x</p><p lang="es-MX">y</p>`, `<p>x</p><p lang="es-MX">y</p>`},
		{"a broken list is none", `<ul><p>x</p><li>y</li></ul>`, `<div><p>x</p><div>y</div></div>`},
		{"a list stays", "<ol>\n<li>x</li></ol>", "<ol>\n<li>x</li></ol>"},
		{"an empty list goes", "<ul></ul>x", "x"},
		{"an item without a list", "<li>x</li>", "<div>x</div>"},
		{"a broken definition list", "<dl><dt>a</dt><p>b</p></dl>", "<div><div>a</div><p>b</p></div>"},
		{"a term without a list", "<dd>x</dd>", "<div>x</div>"},
		{"an empty summary goes", "<details><summary></summary>x</details>", "<details>x</details>"},
		{"a video over TLS", `<video src="http://a.example/v.mp4" controls=""></video>`, `<video src="https://a.example/v.mp4" controls=""></video>`},
		{"sources for other layouts go", `<picture><source srcset="https://a.example/w.webp"/><img src="https://a.example/x.jpg" alt=""/></picture>`,
			`<picture><img src="https://a.example/x.jpg" alt=""/></picture>`},
	} {
		got, err := content(c.in)
		if err != nil || string(got) != c.want {
			t.Errorf("%s: %q, %v, want %q", c.name, got, err, c.want)
		}
	}
}

// FuzzContent looks for HTML that gets elements or attributes that it had not.
func FuzzContent(f *testing.F) {
	for _, seed := range []string{
		"", "plain", "<p>One</p>", "<ul><li>a<ul><li>b</ul></ul>", "<h1><a href='https://a.example/'><img src=http://a.example/x></a></h1>",
		"<table><tr><td>x</table>", "<dl><dt>a<dd>b</dl>", "<ul>x<li>y</ul>", "<details><summary></summary></details>", "<a href=x><b></b></a>",
		"<ol><p>x</ol>", "<li><dd><dt>", "<p lang='!'>x", "<img>", "<video><source src=//x></video>", "<svg><li>", "<template><img></template>", "\x00<p",
	} {
		f.Add(seed)
	}
	added := map[string]bool{"div": true, "h2": true}
	f.Fuzz(func(t *testing.T, in string) {
		before := named(t, in)
		got, err := content(in)
		if err != nil {
			t.Skip()
		}
		for name := range named(t, string(got)) {
			if !before[name] && !added[name] && !htmlMakes[name] {
				t.Errorf("%q got %s: %q", in, name, got)
			}
		}
	})
}

// htmlMakes are elements that the rules of HTML put in of their own, wherever the text is read.
var htmlMakes = map[string]bool{"html": true, "head": true, "body": true, "tbody": true, "tr": true, "colgroup": true, "p": true, "br": true}

// named are the names of the elements in a page's body.
func named(t *testing.T, text string) map[string]bool {
	root, err := html.Parse(strings.NewReader("<body>" + text))
	if err != nil {
		t.Skip()
	}
	names := map[string]bool{}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			names[n.Data] = true
		}
	}
	return names
}
