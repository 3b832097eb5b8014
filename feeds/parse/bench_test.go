package parse

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/mmcdole/gofeed"
)

// sampleFeed is a feed of n items of about 3.5 kB each, as newsrooms' content systems write them.
func sampleFeed(n int, cdata bool) []byte {
	var b bytes.Buffer
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:wfw="http://wellformedweb.org/CommentAPI/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" xmlns:slash="http://purl.org/rss/1.0/modules/slash/" xmlns:media="http://search.yahoo.com/mrss/">
<channel><title>The Example Courier</title><atom:link href="https://courier.example/feed/" rel="self" type="application/rss+xml" /><link>https://courier.example/</link>
<description>News of the coast</description><lastBuildDate>Mon, 02 Mar 2026 10:00:00 +0000</lastBuildDate><language>en-GB</language><sy:updatePeriod>hourly</sy:updatePeriod>
`)
	sentence := "The council of the coast agreed on Monday to rebuild the harbour wall that the winter storms had broken, and asked the capital for money. "
	for i := range n {
		var body strings.Builder
		fmt.Fprintf(&body, `<p><img src="https://courier.example/img/%d.jpg" alt="The harbour" width="800" height="450" /></p>`, i)
		for p := range 6 {
			fmt.Fprintf(&body, `<p>%s<a href="https://courier.example/topic/%d?x=1&amp;y=2">More about this</a> %s<strong>%s</strong></p>`+"\n", sentence, p, sentence, sentence)
		}
		text := "<![CDATA[" + body.String() + "]]>"
		if !cdata {
			text = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(body.String())
		}
		fmt.Fprintf(&b, `<item><title>Harbour wall number %d to be rebuilt &amp; raised</title><link>https://courier.example/2026/03/harbour-%d/</link><comments>https://courier.example/2026/03/harbour-%d/#respond</comments>
<dc:creator><![CDATA[Ana Writer]]></dc:creator><pubDate>Mon, 02 Mar 2026 %02d:%02d:00 +0000</pubDate><category><![CDATA[Coast]]></category><category><![CDATA[Harbours]]></category>
<guid isPermaLink="false">https://courier.example/?p=%d</guid><description><![CDATA[%s]]></description><content:encoded>%s</content:encoded>
<wfw:commentRss>https://courier.example/2026/03/harbour-%d/feed/</wfw:commentRss><slash:comments>0</slash:comments><media:thumbnail url="https://courier.example/t/%d.jpg" /></item>
`, i, i, i, i/60%24, i%60, i, sentence, text, i, i)
	}
	b.WriteString("</channel></rss>")
	return b.Bytes()
}

// BenchmarkParse compares reading a feed of 100 items with what gofeed alone takes for it.
func BenchmarkParse(b *testing.B) {
	for _, cdata := range []bool{true, false} {
		doc := sampleFeed(100, cdata)
		name := map[bool]string{true: "cdata", false: "escaped"}[cdata]
		d := Document{URL: "https://courier.example/feed/", Body: doc, Now: time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC)}
		b.Run(name+"/gofeed", func(b *testing.B) {
			b.SetBytes(int64(len(doc)))
			for b.Loop() {
				if _, err := gofeed.NewParser().Parse(bytes.NewReader(doc)); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/guard", func(b *testing.B) {
			b.SetBytes(int64(len(doc)))
			for b.Loop() {
				text, _ := toUTF8(doc, "")
				g := guard{src: text}
				if err := g.run(); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/cold", func(b *testing.B) {
			b.SetBytes(int64(len(doc)))
			for b.Loop() {
				if _, err := Parse(d); err != nil {
					b.Fatal(err)
				}
			}
		})
		known := map[[16]byte]bool{}
		f, err := Parse(d)
		if err != nil {
			b.Fatal(err)
		}
		for _, item := range f.Items[1:] {
			known[item.Raw] = true
		}
		d.Known = func(raw [16]byte) bool { return known[raw] }
		b.Run(name+"/known", func(b *testing.B) {
			b.SetBytes(int64(len(doc)))
			for b.Loop() {
				if f, err := Parse(d); err != nil || len(f.Articles) != 1 {
					b.Fatal(err, len(f.Articles))
				}
			}
		})
	}
}
