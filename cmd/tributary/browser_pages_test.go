package main

import (
	"context"
	_ "embed"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// axe finds what keeps people from using a page (https://github.com/dequelabs/axe-core).
//
//go:embed testdata/axe/axe.min.js
var axe string

// screen is a size in which a page is looked at.
type screen struct {
	name          string
	width, height int64
}

var screens = []screen{{"desk", 1280, 900}, {"phone", 390, 844}}

// TestPagesInBrowser looks at every kind of page, on a desk and on a phone, by day and by night.
func TestPagesInBrowser(t *testing.T) {
	ctx, complaints := browser(t)
	base, article := startedDemo(t)
	for _, page := range []string{"/", "/topics/latin-america", "/topics/latin-america.es", "/all", article, "/search", "/search?q=mexic*&lang=es",
		"/search?q=x&since=never", "/about", "/nowhere"} {
		for _, s := range screens {
			act(t, ctx, chromedp.EmulateViewport(s.width, s.height), chromedp.Navigate(base+page))
			if wide := value[int](t, ctx, `document.documentElement.scrollWidth - window.innerWidth`); wide > 0 {
				t.Errorf("%s is %d pixels too wide on the %s", page, wide, s.name)
			}
			if font := value[string](t, ctx, `getComputedStyle(document.body).fontFamily`); font == "" || strings.HasPrefix(font, `"Times`) {
				t.Errorf("%s has no stylesheet: it is set in %s", page, font)
			}
			value[bool](t, ctx, axe+"; true")
			colours := map[string]bool{}
			for _, scheme := range []string{"light", "dark"} {
				call(t, ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
					Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}},
				})
				colours[value[string](t, ctx, `getComputedStyle(document.documentElement).backgroundColor`)] = true
				for _, problem := range barriers(t, ctx) {
					t.Errorf("%s on the %s, %s: %s", page, s.name, scheme, problem)
				}
			}
			if len(colours) != 2 {
				t.Errorf("%s is the same by day and by night: %v", page, colours)
			}
		}
	}
	for _, c := range complaints() {
		if !strings.Contains(c, "status of 40") { // the pages that say that something is wrong
			t.Errorf("the browser says: %s", c)
		}
	}
}

// barriers says what axe finds wrong with the page, and where.
func barriers(t *testing.T, ctx context.Context) []string {
	t.Helper()
	// Everything is opened, so that it is looked at too.
	const run = `(async () => {
		document.querySelectorAll("details").forEach(d => d.open = true);
		const found = await axe.run();
		return found.violations.map(v => v.id + " (" + v.impact + "): " + v.help + ": " + v.nodes.slice(0, 3).map(n => n.html).join(" "));
	})()`
	problems, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](run, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	return problems
}

// TestKeyboardInBrowser goes through a page by the keyboard alone.
func TestKeyboardInBrowser(t *testing.T) {
	ctx, _ := browser(t)
	base, _ := startedDemo(t)
	for _, s := range screens {
		act(t, ctx, chromedp.EmulateViewport(s.width, s.height), chromedp.Navigate(base+"/topics/latin-america"))
		const stop = `(() => {
			const e = document.activeElement, last = window.last ?? document.body, box = e.getBoundingClientRect(), style = getComputedStyle(e);
			window.last = e;
			return e.localName + " " + (e.getAttribute("href") ?? e.innerText) + (box.width * box.height > 0 ? "" : ", which is not seen") +
				(style.outlineStyle != "none" || style.boxShadow != "none" ? "" : ", which is not marked") +
				(last.compareDocumentPosition(e) & Node.DOCUMENT_POSITION_FOLLOWING ? "" : ", which is before the last");
		})()`
		var stops []string
		for range 30 {
			act(t, ctx, chromedp.KeyEvent("\t"))
			stops = append(stops, value[string](t, ctx, stop))
		}
		if want := []string{"a #main", "a /", "a /", "a /all", "a /search", "a /about"}; !slices.Equal(stops[:len(want)], want) {
			t.Errorf("on the %s, the keyboard stops first at %q, want %q", s.name, stops[:len(want)], want)
		}
		for _, stop := range stops {
			if strings.Contains(stop, ", which is ") {
				t.Errorf("on the %s, the keyboard stops at %s", s.name, stop)
			}
		}
		act(t, ctx, chromedp.Navigate(base+"/topics/latin-america"), chromedp.KeyEvent("\t"), chromedp.KeyEvent("\r"), chromedp.KeyEvent("\t"))
		if inside := value[bool](t, ctx, `document.querySelector("main").contains(document.activeElement)`); !inside {
			t.Errorf("on the %s, the link to the content leads elsewhere", s.name)
		}
	}
}
