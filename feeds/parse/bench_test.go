package parse

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/mmcdole/gofeed"

	"tributary/feeds"
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

// BenchmarkParse compares reading a feed of 100 items with what gofeed alone takes for it, run by
// run, so that a busy machine is busy for both. The metrics are parts of gofeed's time: for the guard
// (aim: 0.10), for the whole (1.15), and for the whole when 99 items are known (0.25).
func BenchmarkParse(b *testing.B) {
	for name, doc := range map[string][]byte{"cdata": sampleFeed(100, true), "escaped": sampleFeed(100, false)} {
		b.Run(name, func(b *testing.B) {
			d := Document{URL: "https://courier.example/feed/", Body: doc, Now: time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC)}
			f, err := Parse(d)
			if err != nil {
				b.Fatal(err)
			}
			known := map[feeds.RawHash]bool{}
			for _, item := range f.Items[1:] {
				known[item.Raw] = true
			}
			usual := d
			usual.Known = func(raw feeds.RawHash) bool { return known[raw] }
			bare, guarded, cold, warm := time.Hour, time.Hour, time.Hour, time.Hour
			b.SetBytes(int64(len(doc)))
			for b.Loop() {
				least(b, &bare, func() error { _, err := gofeed.NewParser().Parse(bytes.NewReader(doc)); return err })
				least(b, &guarded, func() error {
					text, _ := toUTF8(doc, "")
					g := guard{src: text}
					return g.run()
				})
				least(b, &cold, func() error { _, err := Parse(d); return err })
				least(b, &warm, func() error { _, err := Parse(usual); return err })
			}
			b.ReportMetric(float64(bare.Microseconds()), "gofeed-µs")
			b.ReportMetric(guarded.Seconds()/bare.Seconds(), "guard/gofeed")
			b.ReportMetric(cold.Seconds()/bare.Seconds(), "cold/gofeed")
			b.ReportMetric(warm.Seconds()/bare.Seconds(), "known/gofeed")
		})
	}
}

// least keeps the shortest time that f took.
func least(b *testing.B, d *time.Duration, f func() error) {
	start := time.Now()
	if err := f(); err != nil {
		b.Fatal(err)
	}
	*d = min(*d, time.Since(start))
}
