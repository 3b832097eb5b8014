package parse

import (
	"strings"
	"testing"
	"time"

	"tributary/feeds"
)

// article reads the one item of an RSS document.
func article(t *testing.T, inside string) feeds.Article {
	t.Helper()
	f, err := Parse(Document{
		URL: "https://e.org/feed", Language: "pt", Now: time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC),
		Body: []byte(`<rss version="2.0"><channel><item><guid isPermaLink="false">g</guid>` + inside + `</item></channel></rss>`),
	})
	if err != nil {
		t.Fatal(err)
	}
	return f.Articles[0]
}

func TestTitle(t *testing.T) {
	for in, want := range map[string]string{
		"Plain":                                  "Plain",
		"1 &lt; 2 &amp; 3 > 2":                   "1 < 2 & 3 > 2",
		"A &lt;b&gt;bold&lt;/b&gt; word":         "A bold word",
		"<![CDATA[A <b>bold</b> &amp; word]]>":   "A bold & word",
		"AT&amp;amp;T":                           "AT&T",
		"The &lt;foo&gt; element":                "The <foo> element",
		"a&#x202e;b\u200fc&#7;\n\td  ":           "ab\u200fc d",
		"x&lt;script&gt;alert(1)&lt;/script&gt;": "x",
		"<b>naked</b> <i>markup</i>":             "naked markup",
		"a&#160;b &nbsp; c":                      "a b c",
	} {
		if got := article(t, "<title>"+in+"</title>").Title; got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}

func TestLink(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"link":               {`<link>/a</link><guid>https://e.org/g</guid>`, "https://e.org/a"},
		"link in attribute":  {`<link href="/a"/>`, "https://e.org/a"},
		"origin of a copy":   {`<link>/copy</link><feedburner:origLink>/a</feedburner:origLink>`, "https://e.org/a"},
		"guid":               {`<guid>https://e.org/g</guid>`, "https://e.org/g"},
		"guid is permalink":  {`<guid isPermaLink="true">https://e.org/g</guid>`, "https://e.org/g"},
		"guid is none":       {`<guid isPermaLink="false">https://e.org/g</guid>`, ""},
		"guid is no address": {`<guid>17</guid>`, ""},
		"Atom's link":        {`<atom:link rel="self" href="/s"/><atom:link href="/a"/>`, "https://e.org/a"},
		"unsafe":             {`<link>javascript:alert(1)</link>`, ""},
	} {
		if got := article(t, c.in).URL; got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestCategories(t *testing.T) {
	for in, want := range map[string]string{
		"<category>A</category><category> a </category><category>B</category>":             "A|B",
		"<category>A &amp; <b>B</b> C</category><category>&lt;i&gt;D&lt;/i&gt;</category>": "A & B C|D",
		"<dc:subject>A</dc:subject><itunes:keywords>B, C</itunes:keywords>":                "A|B|C",
		`<media:category label="A">1</media:category><itunes:category text="B"/>`:          "A|B",
		"<category></category><category>AT&amp;amp;T</category>":                           "AT&T",
	} {
		if got := strings.Join(article(t, in).Categories, "|"); got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
}

func TestAuthorName(t *testing.T) {
	for in, want := range map[string]string{
		"Ana": "Ana", "a@e.org (Ana P.)": "Ana P.", "Ana P. (a@e.org)": "Ana P.", "Ana &lt;a@e.org&gt;": "Ana", "a@e.org": "a@e.org",
		"Ana (Madrid)": "Ana (Madrid)", "Ana &amp; Luis": "Ana & Luis",
	} {
		a := article(t, "<author>"+in+"</author><dc:creator>"+in+"</dc:creator>")
		if len(a.Authors) != 1 || a.Authors[0] != want {
			t.Errorf("%q is %q, want %q", in, a.Authors, want)
		}
	}
}

func TestProse(t *testing.T) {
	long := strings.Repeat("One sentence of a long text. ", 40)
	for name, c := range map[string]struct{ in, summary, content string }{
		"a line":                {"<description>One line.</description>", "One line.", ""},
		"inside its like":       {"<description>x<description>y</description>z</description>", "xyz", ""},
		"a line in HTML":        {"<description>&lt;p>One line.&lt;/p></description>", "One line.", ""},
		"HTML with a link":      {"<description>&lt;p>One &lt;b>line&lt;/b>.&lt;/p></description>", "One line.", "<p>One <b>line</b>.</p>"},
		"content only":          {"<content:encoded>&lt;p>Text&lt;/p></content:encoded>", "Text", "<p>Text</p>"},
		"both":                  {"<description>Short.</description><content:encoded>&lt;p>Text&lt;/p></content:encoded>", "Short.", "<p>Text</p>"},
		"the longer one":        {"<description>" + long + "</description><content:encoded>Teaser</content:encoded>", "", "<p>" + strings.TrimSpace(long) + "</p>"},
		"captions are no text":  {"<description>&lt;figure>&lt;figcaption>Photo&lt;/figcaption>&lt;/figure>Text</description>", "Text", "<figure><figcaption>Photo</figcaption></figure>Text"},
		"nothing but a picture": {`<description>&lt;img src="a.png" alt="A"></description>`, "", `<img src="https://e.org/a.png" alt="A" loading="lazy" referrerpolicy="no-referrer"/>`},
		"paragraphs of text":    {"<description>One.\n\nTwo.</description>", "One. Two.", ""},
		"media description":     {"<media:group><media:description>About a film</media:description></media:group>", "About a film", ""},
	} {
		a := article(t, c.in)
		if c.summary != "" && a.Summary != c.summary || a.Content != c.content {
			t.Errorf("%s: summary %q, content %q", name, a.Summary, a.Content)
		}
	}
	if a := article(t, "<description>"+long+"</description>"); len(a.Summary) > maxSummary || len(a.Content) < len(long) {
		t.Errorf("a long text: summary %q, content %q", a.Summary, a.Content)
	}
}

func TestImage(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"media content":   {`<media:content url="a.jpg" medium="image"/><media:thumbnail url="b.jpg"/>`, "https://e.org/a.jpg"},
		"media by name":   {`<media:content url="a.webp?x=1"/>`, "https://e.org/a.webp?x=1"},
		"thumbnail":       {`<media:group><media:thumbnail url="b.jpg"/></media:group>`, "https://e.org/b.jpg"},
		"itunes":          {`<itunes:image href="c.jpg"/>`, "https://e.org/c.jpg"},
		"image element":   {`<image><url>d.jpg</url></image>`, "https://e.org/d.jpg"},
		"image text":      {`<image>d.jpg</image>`, "https://e.org/d.jpg"},
		"enclosure":       {`<enclosure url="e.jpg" type="image/jpeg" length="1"/>`, "https://e.org/e.jpg"},
		"content":         {`<description>&lt;img src="/smilies/x.gif">&lt;img width=16 src="i.png">&lt;img src="f.jpg"></description>`, "https://e.org/f.jpg"},
		"media before it": {`<description>&lt;img src="f.jpg"></description><media:thumbnail url="b.jpg"/>`, "https://e.org/b.jpg"},
		"unsafe":          {`<media:thumbnail url="javascript:x"/><media:content url="data:image/png,x" type="image/png"/>`, ""},
		"a video":         {`<media:content url="v.mp4" type="video/mp4"/>`, ""},
	} {
		if got := article(t, c.in).Image; got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestLanguage(t *testing.T) {
	const spanish = "<description>El consejo de la costa acordó el lunes reconstruir el muro del puerto que las tormentas del invierno habían roto, y pidió dinero a la capital.</description>"
	const german = "<description>Der Rat der Küste hat am Montag beschlossen, die Hafenmauer wieder aufzubauen, die von den Winterstürmen zerstört worden war.</description>"
	for name, c := range map[string]struct{ in, want string }{
		"declared":              {"<dc:language>en_us</dc:language>" + spanish, "en-US"},
		"three letters":         {"<language>spa</language>", "es"},
		"of the text":           {`<description xml:lang="fr">x</description>`, "fr"},
		"nonsense declared":     {"<dc:language>the usual</dc:language>" + spanish, "es"},
		"shown by the text":     {spanish, "es"},
		"shown by another text": {german, "de"},
		"too short to show":     {"<description>El consejo de la costa</description>", "pt"},
	} {
		if got := article(t, c.in).Language; got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
