package parse

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"tributary/feeds"
)

// summaryOf is a feed's title and its articles' titles, to compare at a glance.
func summaryOf(f *Feed) string {
	s := f.Title + ":"
	for _, a := range f.Articles {
		s += " " + a.Title + ","
	}
	return strings.TrimSuffix(s, ",")
}

// TestRepair reads documents that an XML parser refuses, or reads wrongly.
func TestRepair(t *testing.T) {
	item := func(inside string) string {
		return `<rss version="2.0"><channel><title>F</title><item><title>A</title>` + inside + `</item><item><title>B</title></item></channel></rss>`
	}
	for name, c := range map[string]struct{ doc, want string }{
		"nothing wrong":                    {item(""), "F: A, B"},
		"a warning before the feed":        {"<br />\n<b>Warning</b>:  include(): in <b>/x.php</b> on line <b>3</b><br />\n" + item(""), "F: A, B"},
		"text before the feed":             {"Notice: undefined\n\n" + item(""), "F: A, B"},
		"blank lines before declaration":   {"\n\n <?xml version='1.0'?>" + item(""), "F: A, B"},
		"long comment before the feed":     {"<!--" + strings.Repeat("license ", 1000) + "-->" + item(""), "F: A, B"},
		"junk after the feed":              {item("") + "<script>x</script> & <b", "F: A, B"},
		"XML 1.1":                          {`<?xml version="1.1"?>` + item(""), "F: A, B"},
		"document type":                    {`<!DOCTYPE rss [<!ENTITY x "y"><!ENTITY z SYSTEM "file:///etc/passwd">]>` + item("<author>&x;&z;</author>"), "F: A, B"},
		"control characters":               {item("<author>a\x0b\x00b</author>"), "F: A, B"},
		"references to control characters": {item("<author>&#11;&#xFFFF;&#xD800;&#0;</author><description>&#11;</description>"), "F: A, B"},
		"noncharacters":                    {item("<author>\ufffe\uffff</author>"), "F: A, B"},
		"a less-than sign in text":         {strings.ReplaceAll(item(""), ">A<", ">1 < 2 <3<"), "F: 1 < 2 <3, B"},
		"bare ampersands":                  {strings.ReplaceAll(item(""), ">A<", ">A & B &C; AT&T<"), "F: A & B &C; AT&T, B"},
		"HTML entities":                    {strings.ReplaceAll(item("<author>&eacute;</author>"), ">A<", ">caf&eacute;&nbsp;&mdash; x&hellip;<"), "F: café — x…, B"},
		"entities of entities":             {strings.ReplaceAll(item(""), ">A<", ">A &amp;amp; B<"), "F: A & B, B"},
		"reference without semicolon":      {strings.ReplaceAll(item(""), ">A<", ">a&#233 b<"), "F: aé b, B"},
		"windows-1252 reference":           {strings.ReplaceAll(item(""), ">A<", ">don&#146;t<"), "F: don’t, B"},
		"stray end tags":                   {item("</p></div><description>x</description></item2>"), "F: A, B"},
		"stray end tag in text":            {strings.ReplaceAll(item(""), ">A<", ">A</b></i><"), "F: A, B"},
		"end tag of the item missing":      {strings.Replace(item(""), "</item>", "", 1), "F: A, B"},
		"item inside an item":              {strings.Replace(item(""), "<item>", "<item><item>", 1), "F: A, B"},
		"an element inside its like":       {item("<description>x<description>y</description>z</description><media:title>no</media:title>"), "F: A, B"},
		"CDATA never closed in a category": {item("<category><![CDATA[c</category>"), "F: A, B"},
		"an item of nothing":               {item("</item><item>"), "F: A, B"},
		"end tag of the title missing":     {strings.Replace(item("<link>http://e.org/</link>"), "A</title>", "A", 1), "F: A, B"},
		"end tag in another case":          {strings.Replace(item(""), "A</title>", "A</TITLE>", 1), "F: A, B"},
		"capital names":                    {strings.NewReplacer("item", "ITEM", "title", "Title").Replace(item("")), "F: A, B"},
		"attribute without quotes":         {item("<enclosure url=http://e.org/a.mp3 type=audio/mpeg length=1>"), "F: A, B"},
		"attribute without value":          {item("<enclosure checked url='http://e.org/a.mp3'/>"), "F: A, B"},
		"attribute with less-than sign":    {item(`<enclosure url="http://e.org/a<b>.mp3"/>`), "F: A, B"},
		"link not closed":                  {item(`<atom:link rel="self" href="http://e.org/">`), "F: A, B"},
		"line break not closed":            {item(`<foo><br>x</foo>`), "F: A, B"},
		"unknown element not closed":       {item(`<foo>`), "F: A, B"},
		"unknown namespace":                {item(`<x:title xmlns:x="urn:x">no</x:title>`), "F: A, B"},
		"undeclared namespace":             {strings.ReplaceAll(item("<dc:creator>C</dc:creator>"), "<title>A</title>", "<media:title>A</media:title>"), "F: A, B"},
		"another prefix":                   {`<r:rss xmlns:r="http://purl.org/rss/1.0/" xmlns:m="http://search.yahoo.com/mrss/"><r:channel><r:title>F</r:title><r:item><m:title>A</m:title></r:item></r:channel></r:rss>`, "F: A"},
		"Atom with a prefix":               {`<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:title>F</a:title><a:entry><a:title>A</a:title></a:entry></a:feed>`, "F: A"},
		"wrong namespace":                  {strings.Replace(item(""), "<rss", `<rss xmlns="http://www.w3.org/2005/Atom"`, 1), "F: A, B"},
		"made-up namespace":                {strings.Replace(item(""), "<rss", `<rss xmlns="http://e.org/mine"`, 1), "F: A, B"},
		"no root element":                  {strings.NewReplacer(`<rss version="2.0">`, "", "</rss>", "").Replace(item("")), "F: A, B"},
		"items beside the channel":         {`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><item><title>A</title></item><channel><title>F</title></channel><item><title>B</title></item></rdf:RDF>`, "F: A, B"},
		"items inside and beside":          {`<rss><item><title>B</title></item><channel><title>F</title><item><title>A</title></item></channel></rss>`, "F: A, B"},
		"an entry in RSS":                  {item("</item><entry><title>no</title></entry><item><title>C</title>"), "F: A, C, B"},
		"two channels":                     {`<rss><channel><title>F</title><item><title>A</title></item></channel><channel><title>G</title><item><title>B</title></item></channel></rss>`, "F: A, B"},
		"several documents in one":         {`<all><rss><channel><title>F</title><item><title>A</title></item></channel></rss> <rss><channel><title>G</title><item><title>B</title></item></channel></rss></all>`, "F: A, B"},
		"a page after the feed":            {`<rss><channel><title>F</title><item><title>A</title></item></channel></rss><html><title>G</title><p>B</p></html>`, "F: A"},
		"CDATA":                            {strings.ReplaceAll(item("<author><![CDATA[<b>]]></author>"), ">A<", "><![CDATA[A & <i>B</i>]]><"), "F: A & B, B"},
		"CDATA in pieces":                  {strings.ReplaceAll(item(""), ">A<", ">a<![CDATA[b]]>c<![CDATA[d]]>&amp;<!-- x --><"), "F: abcd&, B"},
		"CDATA not closed":                 {strings.ReplaceAll(item(""), ">B<", "><![CDATA[B<"), "F: A, B"},
		"comment not closed":               {item("<!-- x "), "F: A, B"},
		"truncated in an item":             {item("")[:strings.Index(item(""), "B</title>")+1], "F: A"},
		"truncated in a tag":               {item("")[:strings.Index(item(""), "B</title>")+5], "F: A"},
		"truncated in the first item":      {item("")[:strings.Index(item(""), "A</title>")+9], "F: A"},
		"truncated between items":          {item("")[:strings.Index(item(""), "<item><title>B")], "F: A"},
		"title twice":                      {item("<media:content><media:title>no</media:title></media:content>"), "F: A, B"},
	} {
		f, err := Parse(Document{URL: "https://e.org/feed", Body: []byte(c.doc)})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if got := summaryOf(f); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		} else if cut := strings.HasPrefix(name, "truncated"); f.Cut != cut {
			t.Errorf("%s: cut is %v", name, f.Cut)
		}
	}
}

// TestGuardWritesXML checks that what the guard writes is XML to a strict parser.
func TestGuardWritesXML(t *testing.T) {
	for _, doc := range append(seeds(), string(sampleFeed(3, true))) {
		g := guard{src: bytes.ToValidUTF8([]byte(doc), nil)}
		if g.run() != nil {
			continue
		}
		if err := wellFormed(g.out); err != nil {
			t.Errorf("%v\nin  %.300q\nout %.300q", err, doc, g.out)
		}
	}
}

func wellFormed(b []byte) error {
	d := xml.NewDecoder(bytes.NewReader(b))
	for {
		if _, err := d.Token(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// TestKillers feeds documents that stop the process, or nearly, when a feed parser reads them.
func TestKillers(t *testing.T) {
	rep := strings.Repeat
	const open = `<rss version="2.0"><channel><item><title>x</title>`
	var spaces strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&spaces, `<a:b xmlns:n%d="u%d">`, i, i)
	}
	const jsonOpen = `{"version":"https://jsonfeed.org/version/1","items":[`
	for name, c := range map[string]struct {
		doc  string
		want error
	}{
		"nested extensions":           {open + rep("<a:b>", 1<<20), ErrTooComplex},
		"nested known extensions":     {open + rep("<media:group>", 200_000), ErrTooComplex},
		"nested namespaces":           {open + spaces.String(), ErrTooComplex},
		"many namespaces":             {"<rss " + rep("xmlns:a='u' ", 200) + "><channel>" + rep("<q:b/>", 100_000), ErrTooComplex},
		"many attributes":             {open + "<a " + rep("b=c ", 1<<20) + ">", ErrTooComplex},
		"long name":                   {"<rss><" + rep("a", 1<<20) + ">", ErrTooComplex},
		"JSON nested":                 {jsonOpen + rep("[", 1<<20), ErrTooComplex},
		"split text":                  {open + "<dc:creator>" + rep("&amp;<!-- -->", 200_000), nil},
		"siblings":                    {open + rep("<a:b c='d'/>", 200_000), nil},
		"small items":                 {"<rss><channel>" + rep("<item/>", 200_000), nil},
		"stray end tags":              {open + rep("<b>", 200) + rep("</a>", 200_000), ErrTooComplex},
		"CDATA never closed":          {open + "<description>" + rep("<![CDATA[", 200_000), nil},
		"comments never closed":       {open + rep("<!--x>", 200_000), nil},
		"instructions never closed":   {open + rep("<?x>", 200_000), nil},
		"document types never closed": {open + rep("<!x[>", 200_000), nil},
		"quotes never closed":         {open + rep("<a b='", 200_000), nil},
		"tags in attributes":          {open + "<y " + rep(`b="<y" `, 200_000), ErrTooComplex},
		"tags in attributes of text":  {open + "<guid><guid " + rep(`b="<guid " `, 200_000), ErrTooComplex},
		"tags in HTML never closed":   {open + "<description>" + rep("&lt;a href=&quot;", 1<<20), nil},
		"end tags never closed":       {open + rep("</", 2<<20) + ">", nil},
		"brackets in document type":   {"<!DOCTYPE x " + rep("[", 3<<20) + "]>" + open, ErrNotFeed},
		"entities":                    {"<!DOCTYPE x [" + rep("<!ENTITY a '&b;&b;'>", 10_000) + "]>" + open + "<author>&a;</author>", nil},
		"many categories":             {"<rss><channel>" + rep("<item>"+rep("<category>a b c</category>", 1000)+"</item>", 50), nil},
		"deep HTML":                   {open + "<description>" + rep("&lt;div&gt;", 100_000), nil},
		"formatting":                  {open + "<description>" + rep("&lt;b&gt;&lt;font color=x&gt;", 10_000) + rep("&lt;p&gt;x", 20_000), nil},
		"relative links": {"<rss xml:base='http://e.org/" + rep("x", 1900) + "/'><channel>" +
			rep("<item><description>"+rep("&lt;a href=y&gt;z&lt;/a&gt;", 400)+"</description></item>", 30), ErrTooComplex},
		"rights of many": {"<feed><rights>" + rep("x", 4<<20) + "</rights>" + rep("<entry><title>x</title></entry>", 2000), nil},
		"JSON authors": {`{"version":"https://jsonfeed.org/version/1","authors":[` + rep(`{"name":"a"},`, 200_000) + `{}],"items":[` +
			rep(`{"id":"1"},`, 2000) + "{}]}", nil},
		"JSON of nothing": {jsonOpen + rep("{},", 3<<20), ErrTooComplex},
		"JSON tags":       {jsonOpen + `{"id":"1","tags":[` + rep(`"",`, 3<<20), ErrTooComplex},
		"JSON items":      {jsonOpen + rep(`{"id":"1","tags":3},`, 50_000), nil},
		"too big":         {rep(" ", maxBody+1), ErrTooBig},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		_, err := Parse(Document{URL: "http://e.org/", Body: []byte(c.doc)})
		took := time.Since(start)
		runtime.ReadMemStats(&after)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if mb := (after.TotalAlloc - before.TotalAlloc) >> 20; mb > 300 {
			t.Errorf("%s: %d MB allocated", name, mb)
		}
		if took > time.Minute { // against what hangs; a busy machine must not fail it
			t.Errorf("%s: %v", name, took)
		}
		t.Logf("%-28s %6.2f MB in, %4d MB allocated, %v", name, float64(len(c.doc))/(1<<20), (after.TotalAlloc-before.TotalAlloc)>>20, took.Round(time.Millisecond))
	}
}

func TestLimits(t *testing.T) {
	var b strings.Builder
	b.WriteString("<rss><channel>")
	for i := range 2100 {
		fmt.Fprintf(&b, "<item><title>%d</title></item>", i)
	}
	f, err := Parse(Document{Body: []byte(b.String())})
	if err != nil || len(f.Articles) != 2000 || f.Dropped != 100 || f.Articles[1999].Title != "1999" {
		t.Errorf("2,100 items: %d read, %d dropped, %v", len(f.Articles), f.Dropped, err)
	}
	long := strings.Repeat("ñ", 40_000)
	doc := "<rss><channel><item><title>x" + long + "</title><description>" + strings.Repeat("x &amp;amp; y ", 200_000) + "</description><dc:rights>" + long + "</dc:rights>"
	for i := range 70 {
		doc += fmt.Sprintf("<category>%d%s</category><enclosure url='http://e.org/%d'/><dc:creator>%d%s</dc:creator>", i, long, i, i, long)
	}
	f, err = Parse(Document{Body: []byte(doc)})
	if err != nil {
		t.Fatal(err)
	}
	a := f.Articles[0]
	for _, s := range []string{a.Title, a.Rights, a.Categories[0], a.Authors[0], a.Summary} {
		if !utf8.ValidString(s) {
			t.Errorf("cut inside a character: %q", s)
		}
	}
	for name, is := range map[string][2]int{
		"title": {len(a.Title), maxTitle}, "content": {len(a.Content), maxHTMLOut}, "categories": {len(a.Categories), maxCategories},
		"category": {len(a.Categories[0]), maxCategory}, "enclosures": {len(a.Enclosures), maxEnclosures}, "authors": {len(a.Authors), maxAuthors},
		"author": {len(a.Authors[0]), maxPerson}, "rights": {len(a.Rights), maxRights}, "summary": {len(a.Summary), maxSummary + len("…")},
	} {
		if is[0] > is[1] || is[0] == 0 {
			t.Errorf("%s: %d, limit %d", name, is[0], is[1])
		}
	}
}

// TestKnownItems cuts out items that the caller knows: what is left is as without the cut, and so
// is all that the feed says about itself.
func TestKnownItems(t *testing.T) {
	for name, doc := range documents(t) {
		whole, err := Parse(Document{URL: "https://e.org/feed", Body: doc})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		stored := map[feeds.RawHash]bool{}
		for _, item := range whole.Items {
			stored[item.Raw] = true
		}
		for left := range len(whole.Articles) + 1 {
			asked := 0
			f, err := Parse(Document{URL: "https://e.org/feed", Body: doc, Known: func(raw feeds.RawHash) bool {
				if !stored[raw] {
					return false // an item without an id
				}
				asked++
				return left == len(whole.Articles) || raw != whole.Items[left].Raw
			}})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			want := *whole
			want.Articles, want.Items = nil, nil
			if left < len(whole.Articles) {
				want.Articles, want.Items = whole.Articles[left:left+1], whole.Items[left:left+1]
			}
			want.Known = len(whole.Articles) - len(want.Articles)
			if got, want := fmt.Sprintf("%+v", *f), fmt.Sprintf("%+v", want); got != want {
				t.Errorf("%s, all known but %d:\n got %s\nwant %s", name, left, got, want)
			}
			if asked != len(whole.Articles) {
				t.Errorf("%s: asked %d times about %d items", name, asked, len(whole.Articles))
			}
		}
	}
}

// TestTruncatedAndKnown sees that half an item is not taken for a new one when the others are known.
func TestTruncatedAndKnown(t *testing.T) {
	const doc = `<rss><channel><item><title>A</title></item><item><title>B</title><link>http://e.o`
	f, err := Parse(Document{Body: []byte(doc), Known: func(feeds.RawHash) bool { return true }})
	if err != nil || len(f.Articles) != 0 || f.Known != 1 {
		t.Errorf("%+v, %v", f, err)
	}
}

// TestFactsOfItems sees that what is noted of an item stays with it when the decoder changes the order.
func TestFactsOfItems(t *testing.T) {
	const a, b = `<item xml:lang="es"><title>A</title></item>`, `<item xml:lang="fr"><title>B</title></item>`
	for _, doc := range []string{
		"<rss><channel>" + a + b + "</channel></rss>", "<rss><channel/>" + a + b + "</rss>", "<rss>" + b + "<channel>" + a + "</channel></rss>",
	} {
		f, err := Parse(Document{Body: []byte(doc)})
		if err != nil {
			t.Fatal(err)
		}
		if f.Articles[0].Title != "A" || f.Articles[0].Language != "es" || f.Articles[1].Language != "fr" {
			t.Errorf("%s: %+v", doc, f.Articles)
		}
	}
}

func TestRawHash(t *testing.T) {
	from := func(address, doc string) (r []feeds.RawHash) {
		f, err := Parse(Document{URL: address, Body: []byte(doc)})
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range f.Items {
			r = append(r, i.Raw)
		}
		return r
	}
	raw := func(doc string) []feeds.RawHash { return from("https://e.org/feed?token=1", doc) }
	doc := `<rss xml:lang="en"><channel><ttl>1</ttl><item><title>A</title></item> <item><title>B</title></item></channel></rss>`
	was := raw(doc)
	if was[0] == was[1] {
		t.Error("two items have one hash")
	}
	for name, c := range map[string]struct {
		old, new string
		same     bool
	}{
		"another ttl":       {"<ttl>1", "<ttl>2", true},
		"space between":     {"</item> <item>", "</item>\n<item>", true},
		"another item":      {">B<", ">C<", true},
		"a new item before": {"<item><title>A", "<item><title>N</title></item><item><title>A", true},
		"edited":            {">A<", ">a<", false},
		"another language":  {`"en"`, `"es"`, false},
		"another base":      {`<rss`, `<rss xml:base="http://x.example/"`, false},
	} {
		now := raw(strings.Replace(doc, c.old, c.new, 1))
		if same := slices.Contains(now, was[0]); same != c.same {
			t.Errorf("%s: the same hash: %v", name, same)
		}
	}
	if !slices.Equal(from("https://e.org/feed?token=2", doc), was) || slices.Equal(from("https://moved.example/feed", doc), was) {
		t.Error("relative links depend on where the document is, but for the query")
	}
}

// TestRawHashOfInherited sees that items are read again when what they have from their feed is another.
func TestRawHashOfInherited(t *testing.T) {
	for _, c := range []struct{ doc, old, new string }{
		{`<rss><channel><language>en</language><item><title>A</title></item></channel></rss>`, ">en<", ">es<"},
		{`<rss><channel><dc:language>en</dc:language><item><title>A</title></item></channel></rss>`, ">en<", ">es<"},
		{`<rss xmlns:a="http://search.yahoo.com/mrss/"><channel><item><guid>1</guid><a:title>A</a:title></item></channel></rss>`, "search.yahoo.com/mrss", "e.org"},
		{`<feed><author><name>Ana</name></author><entry><title>A</title></entry></feed>`, "Ana", "Eva"},
		{`<feed><rights>Ana</rights><entry><title>A</title></entry></feed>`, "Ana", "Eva"},
		{`{"version":"https://jsonfeed.org/version/1","author":{"name":"Ana"},"items":[{"id":"1"}]}`, "Ana", "Eva"},
		{`{"version":"https://jsonfeed.org/version/1","items":[{"id":"1"}],"language":"en"}`, `"en"`, `"es"`},
	} {
		var hashes [2]feeds.RawHash
		for i, doc := range []string{c.doc, strings.Replace(c.doc, c.old, c.new, 1)} {
			f, err := Parse(Document{URL: "https://e.org/feed", Body: []byte(doc)})
			if err != nil || len(f.Items) != 1 {
				t.Fatalf("%s: %+v, %v", doc, f, err)
			}
			hashes[i] = f.Items[0].Raw
		}
		if hashes[0] == hashes[1] {
			t.Errorf("%s: %s in the place of %s goes unnoticed", c.doc, c.new, c.old)
		}
	}
}
