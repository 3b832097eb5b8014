package main

import (
	"cmp"
	"context"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// browser starts Chromium and gathers what its console complains about. Where there is none the test
// is skipped, unless TRIBUTARY_TEST_REQUIRE names chromium: then it fails.
func browser(t *testing.T) (ctx context.Context, complaints func() []string) {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = cmp.Or(path, found)
		}
	}
	if path == "" {
		if strings.Contains(os.Getenv("TRIBUTARY_TEST_REQUIRE"), "chromium") {
			t.Fatal("Chromium is required and not installed")
		}
		t.Skip("SKIPPED: no Chromium on this machine")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.UserDataDir(t.TempDir()), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	var mu sync.Mutex
	var said []string
	err := chromedp.Do(ctx)
	if err == nil {
		err = chromedp.Listen(ctx, func(ev any) {
			mu.Lock()
			defer mu.Unlock()
			switch e := ev.(type) {
			case *runtime.EventExceptionThrown:
				said = append(said, e.ExceptionDetails.Text)
			case *log.EventEntryAdded:
				said = append(said, e.Entry.Text+" "+e.Entry.URL)
			}
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	return ctx, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return said
	}
}

// value evaluates an expression in the page.
func value[T any](t *testing.T, ctx context.Context, expression string) T {
	t.Helper()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// TestPagesInBrowser reads the demo as a person would: from the index to a topic, on a desk and on a phone.
func TestPagesInBrowser(t *testing.T) {
	ctx, complaints := browser(t)
	base := startDemo(t)
	eventually(t, "articles in the topic", func() bool {
		_, body := get(t, base+"/topics/latin-america")
		return strings.Count(body, "<article") > 5
	})
	if err := chromedp.Do(ctx, chromedp.Navigate(base+"/"), chromedp.Click(`main a[href$="/topics/latin-america"]`), chromedp.WaitVisible(`main article`)); err != nil {
		t.Fatal(err)
	}
	if title := value[string](t, ctx, `document.querySelector("h1").innerText`); title != "Latin America" {
		t.Errorf("the page of Latin America is titled %q", title)
	}
	if n := value[int](t, ctx, `document.querySelectorAll("main article").length`); n < 5 {
		t.Errorf("%d articles", n)
	}
	if n := value[int](t, ctx, `document.querySelectorAll('head link[rel=alternate]').length`); n != 3 {
		t.Errorf("%d alternate links, want one for each format", n)
	}
	if err := chromedp.Do(ctx, chromedp.Click(`main article details summary`)); err != nil {
		t.Fatal(err)
	}
	if why := value[string](t, ctx, `document.querySelector("main article details[open]").innerText`); !strings.Contains(why, "title") {
		t.Errorf("the evidence reads %q", why)
	}
	for _, page := range []string{"/", "/topics/latin-america", "/about"} {
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(360, 740), chromedp.Navigate(base+page)); err != nil {
			t.Fatal(err)
		}
		if wide := value[int](t, ctx, `document.documentElement.scrollWidth - window.innerWidth`); wide > 0 {
			t.Errorf("%s is %d pixels too wide for a phone", page, wide)
		}
		if size := value[string](t, ctx, `getComputedStyle(document.body).fontFamily`); size == "" || strings.HasPrefix(size, `"Times`) {
			t.Errorf("%s has no stylesheet: it is set in %s", page, size)
		}
	}
	for _, c := range complaints() {
		t.Errorf("the browser says: %s", c)
	}
}
