package parse

import (
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

// attributes gives what an element keeps of its attributes, and says false when the element is
// nothing without those that it does not keep.
func (b *builder) attributes(name string, p policy, attrs []html.Attribute) ([]html.Attribute, bool) {
	if len(attrs) == 0 && len(p.attributes) == 0 {
		return nil, true
	}
	var kept []html.Attribute
	for _, key := range p.attributes {
		if v := b.attribute(name, key, attrs); v != "" {
			kept = append(kept, html.Attribute{Key: key, Val: v})
		}
	}
	for _, key := range global {
		if v := legalText(strings.TrimSpace(value(attrs, key))); v != "" && len(v) <= 512 {
			kept = append(kept, html.Attribute{Key: key, Val: v})
		}
	}
	switch name {
	case "a":
		if value(kept, "href") == "" {
			return nil, false
		}
		kept = append(kept, html.Attribute{Key: "rel", Val: "noopener noreferrer nofollow ugc"})
	case "img":
		if value(kept, "src") == "" && value(kept, "srcset") == "" || tracker(kept) || invisible(value(attrs, "style")) || b.repeated(value(kept, "src")) {
			return nil, false
		}
		kept = append(kept, html.Attribute{Key: "loading", Val: "lazy"}, html.Attribute{Key: "referrerpolicy", Val: "no-referrer"})
	case "source", "track":
		if value(kept, "src") == "" && value(kept, "srcset") == "" {
			return nil, false
		}
	case "audio", "video":
		kept = append(kept, html.Attribute{Key: "controls"}, html.Attribute{Key: "preload", Val: "none"})
	}
	return kept, true
}

// repeated says whether an image inside noscript is one that was there before it, to be loaded by a
// script.
func (b *builder) repeated(src string) bool {
	if b.inert && b.seen[src] {
		return true
	}
	if b.seen == nil {
		b.seen = map[string]bool{}
	}
	b.seen[src] = true
	return false
}

// value is that of the first attribute with the key.
func value(attrs []html.Attribute, key string) string {
	for _, a := range attrs {
		if a.Key == key && a.Namespace == "" {
			return a.Val
		}
	}
	return ""
}

// attribute is the value that an allowed attribute keeps; "" when it is not fit.
func (b *builder) attribute(element, key string, attrs []html.Attribute) string {
	v := value(attrs, key)
	switch key {
	case "href":
		if strings.HasPrefix(v, "#") && b.page != "" {
			return linkURL(b.page, v)
		}
		return linkURL(b.base, v)
	case "cite", "poster":
		return webURL(b.base, v)
	case "src":
		if element == "img" {
			return b.imageSource(attrs)
		}
		return webURL(b.base, v)
	case "srcset":
		if v == "" {
			v = value(attrs, "data-srcset")
		}
		return b.sourceSet(v)
	case "width", "height", "colspan", "rowspan", "span", "start", "value":
		return number(v)
	case "alt", "label":
		return cut(legalText(v), 1024)
	}
	if v = strings.TrimSpace(v); len(v) > 256 || strings.ContainsAny(v, "<>\"`") {
		return ""
	}
	return legalText(v)
}

// lazy are the attributes in which scripts keep the address of an image until it is scrolled to.
var lazy = []string{"src", "data-src", "data-lazy-src", "data-original", "data-orig-file", "data-large-file", "data-lazyload"}

// imageSource is the address of an image, also of one that a script would have loaded.
func (b *builder) imageSource(attrs []html.Attribute) string {
	for _, key := range lazy {
		if v := value(attrs, key); v != "" {
			if abs := webURL(b.base, v); abs != "" && !placeholder(abs) {
				return abs
			}
		}
	}
	return ""
}

// placeholder says whether an image only keeps the place for another.
func placeholder(address string) bool {
	for _, s := range []string{"/blank.gif", "/spacer.gif", "/pixel.gif", "/1x1.", "/transparent.gif", "/lazy_placeholder"} {
		if strings.Contains(address, s) {
			return true
		}
	}
	return false
}

// sourceSet makes the addresses of a srcset absolute, and drops the candidates that have none
// (HTML §4.8.4.2.1).
func (b *builder) sourceSet(v string) string {
	var kept []string
	for len(kept) < 16 {
		v = strings.TrimLeft(v, " \t\r\n\f,")
		if v == "" {
			break
		}
		address, rest := v, ""
		if i := strings.IndexAny(v, " \t\r\n\f"); i >= 0 {
			address, rest = v[:i], v[i:]
		}
		descriptor := ""
		if trimmed := strings.TrimRight(address, ","); trimmed != address {
			address = trimmed
		} else {
			descriptor, rest, _ = strings.Cut(rest, ",")
			descriptor = strings.TrimSpace(descriptor)
		}
		v = rest
		abs := webURL(b.base, address)
		if abs == "" || !validDescriptor(descriptor) || strings.ContainsRune(abs, ',') {
			continue
		}
		kept = append(kept, strings.TrimSpace(abs+" "+descriptor))
	}
	return strings.Join(kept, ", ")
}

func validDescriptor(s string) bool {
	if s == "" {
		return true
	}
	unit := s[len(s)-1]
	_, err := strconv.ParseFloat(s[:len(s)-1], 64)
	return err == nil && (unit == 'w' || unit == 'x' || unit == 'h')
}

// number is a whole number of few digits, "" for anything else. "100%" and "50px" lose their unit.
func number(v string) string {
	v = strings.TrimSuffix(strings.TrimSpace(v), "px")
	if n, err := strconv.Atoi(v); err != nil || n < 0 || n > 100000 {
		return ""
	}
	return v
}

// trackers are parts of addresses of images that count readers.
var trackers = []string{
	"feeds.feedburner.com/~r/", "feeds.feedburner.com/~ff/", "feedsportal.com/", "pixel.wp.com/", "stats.wordpress.com/", "//pixel.",
	"doubleclick.net/", "scorecardresearch.com/", "google-analytics.com/", "quantserve.com/", "facebook.com/tr",
	"feeds.wordpress.com/1.0/", "blogger.com/tracker", "blogger.googleusercontent.com/tracker", "pheedo.com/",
	"imp.gif", "/tracking/rss-pixel.png", "/piwik.php", "/matomo.php", "counter.theguardian", "analytics.",
}

// tracker says whether an image is there to count readers: it cannot be seen, or it comes from one
// of the known counters.
func tracker(attrs []html.Attribute) bool {
	if w, h := value(attrs, "width"), value(attrs, "height"); w == "0" || w == "1" || h == "0" || h == "1" {
		return true
	}
	src := value(attrs, "src")
	for _, t := range trackers {
		if strings.Contains(src, t) {
			return true
		}
	}
	return false
}

// invisible says whether a style hides its element, or leaves a pixel of it.
func invisible(style string) bool {
	for declaration := range strings.SplitSeq(strings.ToLower(style), ";") {
		property, v, _ := strings.Cut(declaration, ":")
		v, _, _ = strings.Cut(v, "!")
		switch v = strings.TrimSpace(v); strings.TrimSpace(property) {
		case "display":
			if v == "none" {
				return true
			}
		case "visibility":
			if v == "hidden" {
				return true
			}
		case "width", "height":
			if v = strings.TrimSuffix(v, "px"); v == "0" || v == "1" {
				return true
			}
		}
	}
	return false
}

// video puts a link in the place of an embedded video.
func (b *builder) video(attrs []html.Attribute) {
	src := ""
	for _, key := range lazy {
		if src = webURL(b.base, value(attrs, key)); src != "" {
			break
		}
	}
	page := videoPage(src)
	if page == "" {
		return
	}
	b.start("p", nil, false)
	b.start("a", []html.Attribute{{Key: "href", Val: page}}, false)
	b.text(page)
	b.end("a")
	b.end("p")
}

// videoPage is the page of the video that a player shows; "" for players that we do not know.
func videoPage(player string) string {
	u, err := url.Parse(player)
	if err != nil {
		return ""
	}
	id := func(prefix string) string {
		s, ok := strings.CutPrefix(u.Path, prefix)
		if s, _, _ = strings.Cut(s, "/"); !ok || s == "" || strings.ContainsFunc(s, notInID) {
			return ""
		}
		return s
	}
	switch strings.TrimPrefix(u.Hostname(), "www.") {
	case "youtube.com", "youtube-nocookie.com", "m.youtube.com":
		if s := id("/embed/"); s != "" && s != "videoseries" {
			return "https://www.youtube.com/watch?v=" + s
		}
	case "player.vimeo.com":
		if s := id("/video/"); s != "" {
			return "https://vimeo.com/" + s
		}
	case "dailymotion.com", "geo.dailymotion.com":
		if s := id("/embed/video/"); s != "" {
			return "https://www.dailymotion.com/video/" + s
		}
	}
	return ""
}

func notInID(r rune) bool { return r > 0x7f || !alphanumeric(byte(r)) && r != '-' && r != '_' }
