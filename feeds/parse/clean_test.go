package parse

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

func fragment(s string) []*html.Node {
	nodes, err := html.ParseFragment(strings.NewReader(s), &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body})
	if err != nil {
		return nil
	}
	return nodes
}

// unfit lists what may not be in cleaned HTML: elements and attributes off the list, addresses that
// are not absolute and harmless, nesting that the parser has to repair.
func unfit(s string) (wrong []string) {
	if strings.HasPrefix(s, "\n") {
		wrong = append(wrong, "space at the start")
	}
	var again strings.Builder
	for _, n := range fragment(s) {
		if err := html.Render(&again, n); err != nil {
			wrong = append(wrong, err.Error())
		}
		for c := range n.Descendants() {
			wrong = append(wrong, unfitNode(c)...)
		}
		wrong = append(wrong, unfitNode(n)...)
	}
	if again.String() != s {
		wrong = append(wrong, "parses to "+again.String())
	}
	return wrong
}

func unfitNode(n *html.Node) (wrong []string) {
	switch n.Type {
	case html.TextNode:
		return nil
	case html.ElementNode:
	default:
		return []string{"a node of another type"}
	}
	p, ok := policies[n.Data]
	if !ok || p.drop || p.as != "" || n.Namespace != "" {
		wrong = append(wrong, "element "+n.Data)
	}
	ours := set("rel", "loading", "referrerpolicy", "controls", "preload")
	for _, a := range n.Attr {
		if !ours[a.Key] && !slices.Contains(p.attributes, a.Key) && !slices.Contains(global, a.Key) {
			wrong = append(wrong, "attribute "+a.Key)
		}
		switch a.Key {
		case "href", "src", "cite", "poster":
			u, err := url.Parse(a.Val)
			if err != nil || u.Scheme != "http" && u.Scheme != "https" && (u.Scheme != "mailto" || a.Key != "href") {
				wrong = append(wrong, "address "+a.Val)
			}
		case "srcset":
			for candidate := range strings.SplitSeq(a.Val, ", ") {
				if !strings.HasPrefix(candidate, "http") {
					wrong = append(wrong, "candidate "+candidate)
				}
			}
		}
	}
	return wrong
}

func TestClean(t *testing.T) {
	link := ` rel="noopener noreferrer nofollow ugc"`
	img := ` loading="lazy" referrerpolicy="no-referrer"`
	for name, c := range map[string]struct{ in, want string }{
		"text":                     {`Fish & chips < 5 > 3`, `Fish &amp; chips &lt; 5 &gt; 3`},
		"kept as it is":            {`<p>One <em>two</em><br/>three</p>`, `<p>One <em>two</em><br/>three</p>`},
		"unbalanced":               {`</div></p><p>a<p>b`, `<p>a</p><p>b</p>`},
		"block ends paragraph":     {`<p>a<div>b</div>c`, `<p>a</p><div>b</div>c`},
		"inline over blocks":       {`<b>a<p>b</b>c`, `<b>a<p>b</p></b>c`},
		"links do not nest":        {`<a href="/x">a<a href="/y">b</a></a>`, `<a href="https://e.org/x"` + link + `>a</a><a href="https://e.org/y"` + link + `>b</a>`},
		"list":                     {`<ul><li>a<li>b<ul><li>c</ul></ul>`, `<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>`},
		"definition list":          {`<dl><dt>a<dd>b<dt>c</dl>`, `<dl><dt>a</dt><dd>b</dd><dt>c</dt></dl>`},
		"table":                    {`<table><tr><td>a<td>b<tr><th colspan=2>c</table>`, `<table><tbody><tr><td>a</td><td>b</td></tr><tr><th colspan="2">c</th></tr></tbody></table>`},
		"text in table":            {`<table>a<tr>b</table>c`, `<table><tbody><tr><td>a</td></tr><tr><td>b</td></tr></tbody></table>c`},
		"cell without table":       {`<td>a</td><tr>b`, `ab`},
		"headings do not nest":     {`<h1>a<h2>b</h1>c`, `<h1>a</h1><h2>bc</h2>`},
		"code":                     {"<pre>\n<code>a &lt; b\n</code></pre>", "<pre><code>a &lt; b\n</code></pre>"},
		"ruby":                     {`<ruby>漢<rp>(<rt>kan<rp>)</ruby>`, `<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>`},
		"figure":                   {`<figure><img src="a.jpg" alt="A" width="50px" height="x"><figcaption>B</figcaption></figure>`, `<figure><img src="https://e.org/feed/a.jpg" alt="A" width="50"` + img + `/><figcaption>B</figcaption></figure>`},
		"picture":                  {`<picture><source srcset="a.webp 1x, b.webp 2x" type="image/webp"><img src="a.jpg"></picture>`, `<picture><source srcset="https://e.org/feed/a.webp 1x, https://e.org/feed/b.webp 2x" type="image/webp"/><img src="https://e.org/feed/a.jpg"` + img + `/></picture>`},
		"audio":                    {`<audio src="a.mp3" autoplay>`, `<audio src="https://e.org/feed/a.mp3" controls="" preload="none"></audio>`},
		"video":                    {`<video poster="p.jpg"><source src="v.mp4"></video>`, `<video poster="https://e.org/feed/p.jpg" controls="" preload="none"><source src="https://e.org/feed/v.mp4"/></video>`},
		"video player":             {`a<iframe src="//www.youtube.com/embed/a-B_1?rel=0" allowfullscreen>x</iframe>b`, `a<p><a href="https://www.youtube.com/watch?v=a-B_1"` + link + `>https://www.youtube.com/watch?v=a-B_1</a></p>b`},
		"another player":           {`<iframe src="https://player.vimeo.com/video/7"/>b`, `<p><a href="https://vimeo.com/7"` + link + `>https://vimeo.com/7</a></p>b`},
		"unknown frame":            {`a<iframe src="https://ads.example/"></iframe>b`, `ab`},
		"frame not closed":         {`a<iframe src="https://ads.example/">b`, `ab`},
		"script":                   {`a<script>alert("<p>")</script>b<script src=x>`, `ab`},
		"style":                    {`a<style>p{}</style><p style="color:red" class=x id=y onclick=z>b`, `a<p>b</p>`},
		"svg":                      {`<svg onload=alert(1)><circle/><text>a</text></svg>b`, `ab`},
		"form":                     {`<form action=x>a<input value=y><button>b</button></form>`, `<div>ab</div>`},
		"javascript link":          {`<a href="javascript:alert(1)">a</a>`, `a`},
		"javascript with controls": {"<a href=\" java\nscript:alert(1)\">a</a>", `a`},
		"javascript as entities":   {`<a href="&#106;avascript&colon;alert(1)">a</a>`, `a`},
		"data image":               {`<img src="data:image/svg+xml;base64,AAAA">a`, `a`},
		"lazy image":               {`<img src="data:image/gif;base64,AAAA" data-src="/a.jpg">`, `<img src="https://e.org/a.jpg"` + img + `/>`},
		"lazy image repeated":      {`<img data-src="/a.jpg" src="data:,"><noscript><img src="/a.jpg"></noscript>`, `<img src="https://e.org/a.jpg"` + img + `/>`},
		"only in noscript":         {`<noscript><img src="/a.jpg"></noscript>`, `<img src="https://e.org/a.jpg"` + img + `/>`},
		"tracking pixel":           {`a<img src="/x.gif" width="1" height="1">`, `a`},
		"hidden image":             {`a<img src="/x.gif" style="border:0; Display: none !important">`, `a`},
		"image of one pixel":       {`a<img src="/x.gif" style="height:1px;width:1px;">`, `a`},
		"styled image":             {`<img src="/x.gif" style="border-width:1px;max-width:100%">`, `<img src="https://e.org/x.gif"` + img + `/>`},
		"nothing to play":          {`a<video controls><source src="data:,"></video><audio src="javascript:x"></audio>`, `a`},
		"known tracker":            {`a<img src="https://pixel.wp.com/b.gif?x=1">`, `a`},
		"mail link":                {`<a href="mailto:a@e.org">a</a>`, `<a href="mailto:a@e.org"` + link + `>a</a>`},
		"protocol-relative link":   {`<a href="//h.example/p">a</a>`, `<a href="https://h.example/p"` + link + `>a</a>`},
		"query link":               {`<a href="?q">a</a>`, `<a href="https://e.org/feed/?q"` + link + `>a</a>`},
		"parent link":              {`<a href="../x">a</a>`, `<a href="https://e.org/x"` + link + `>a</a>`},
		"space in link":            {`<a href=" /a b&quot;c">a</a>`, `<a href="https://e.org/a%20b%22c"` + link + `>a</a>`},
		"anchor":                   {`<a name="x">a</a>`, `a`},
		"empty":                    {`<p>&nbsp;</p><div><span></span></div>a<p><br></p>`, `a`},
		"comment":                  {`a<!-- <img src=x onerror=y> -->b<!--> c`, `ab c`},
		"control characters":       {"a\x00b\x0bc\u0092d", "abc’d"},
		"old names":                {`<center><tt>a</tt><strike>b</strike><font color=red>c</font></center>`, `<div><code>a</code><s>b</s>c</div>`},
		"foreign content":          {`<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style>`, ``},
		"noscript trick":           {`<noscript><p title="</noscript><img src=x onerror=alert(1)>">`, ``},
		"textarea":                 {`<textarea><img src=x onerror=alert(1)></textarea>`, `&lt;img src=x onerror=alert(1)&gt;`},
		"plaintext":                {`a<plaintext><b>c`, `a<pre>&lt;b&gt;c</pre>`},
		"literal text":             {`<p>a<xmp><b></xmp>c`, `<p>a</p><pre>&lt;b&gt;</pre>c`},
		"quotation":                {`<q cite="/s">a</q><del datetime="2026-03-02">b</del>`, `<q cite="https://e.org/s">a</q><del datetime="2026-03-02">b</del>`},
		"subtitles":                {`<video src="v.mp4"><track src="s.vtt" kind="captions">a</video>`, `<video src="https://e.org/feed/v.mp4" controls="" preload="none"><track src="https://e.org/feed/s.vtt" kind="captions"/>a</video>`},
		"global attributes":        {`<p title="T" lang="es" dir="rtl" id="i" data-x="y" style="z">a</p>`, `<p title="T" lang="es" dir="rtl">a</p>`},
		"numbers":                  {`<ol start="3" type="a"><li value="-1">a</ol>`, `<ol start="3" type="a"><li>a</li></ol>`},
		"srcset with data":         {`<img src="/a.jpg" srcset="data:image/png;base64,AA== 1x, /b.jpg 2x">`, `<img src="https://e.org/a.jpg" srcset="https://e.org/b.jpg 2x"` + img + `/>`},
	} {
		got := Clean(c.in, "https://e.org/feed/")
		if got != c.want {
			t.Errorf("%s: %s\n got %s\nwant %s", name, c.in, got, c.want)
		}
		if again := Clean(got, "https://e.org/feed/"); again != got {
			t.Errorf("%s: cleaned twice it is %s", name, again)
		}
		for _, wrong := range unfit(got) {
			t.Errorf("%s: %s", name, wrong)
		}
	}
}

func TestCleanIsBounded(t *testing.T) {
	for name, s := range map[string]string{
		"deep":  strings.Repeat("<div>x", 20_000),
		"long":  strings.Repeat("<p>a & b</p>", 80_000),
		"text":  strings.Repeat("&<>", 300_000),
		"void":  strings.Repeat("<hr>", 150_000),
		"links": strings.Repeat(`<a href="x">y</a>`, 20_000),
		"cells": strings.Repeat("<table>x", 20_000),
	} {
		out := Clean(s, "https://e.org/")
		if len(out) > maxHTMLOut+4096 {
			t.Errorf("%s: %d bytes", name, len(out))
		}
		depth, deepest := 0, 0
		for z := html.NewTokenizer(strings.NewReader(out)); ; {
			tt := z.Next()
			if tt == html.ErrorToken {
				break
			}
			switch tag, _ := z.TagName(); {
			case tt == html.StartTagToken && !policies[string(tag)].void:
				depth++
			case tt == html.EndTagToken:
				depth--
			}
			deepest = max(deepest, depth)
		}
		if depth != 0 || deepest > maxHTMLDepth+4 {
			t.Errorf("%s: depth %d, %d open at the end", name, deepest, depth)
		}
	}
}
