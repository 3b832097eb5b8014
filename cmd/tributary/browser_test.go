package main

import (
	"cmp"
	"context"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
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
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
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

// act does something in the page.
func act(t *testing.T, ctx context.Context, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, actions...); err != nil {
		t.Fatal(err)
	}
}

// call sends the browser a command that chromedp has no action for.
func call[P, R any](t *testing.T, ctx context.Context, command cdp.Command[P, R], params P) {
	t.Helper()
	if _, err := chromedp.Call(ctx, command, params); err != nil {
		t.Fatal(err)
	}
}

// startedDemo starts the demo and waits for articles in its first topic. It gives the address, and the
// path of an article's page.
func startedDemo(t *testing.T) (base, article string) {
	t.Helper()
	base = startDemo(t)
	eventually(t, "articles in the topic", func() bool {
		_, body := get(t, base+"/topics/latin-america")
		article = articleLink.FindString(body)
		return strings.Count(body, "<article") > 5
	})
	return base, article
}

var articleLink = regexp.MustCompile(`/articles/[a-z2-7]{26}`)

// TestReadingInBrowser reads the demo as a person would: from the front page to a topic, to an article and
// to a search, and takes a feed's address along.
func TestReadingInBrowser(t *testing.T) {
	ctx, complaints := browser(t)
	base, _ := startedDemo(t)
	act(t, ctx, chromedp.Navigate(base+"/"), chromedp.Click(`main h2 a[href$="/topics/latin-america"]`), chromedp.WaitVisible(`.stream article`))
	if title := value[string](t, ctx, `document.querySelector("h1").innerText`); title != "Latin America" {
		t.Errorf("the page of Latin America is titled %q", title)
	}
	if n := value[int](t, ctx, `document.querySelectorAll('head link[rel=alternate]').length`); n != 3 {
		t.Errorf("%d alternate links, want one for each format", n)
	}
	if when := value[string](t, ctx, `document.querySelector("article time").innerText`); !strings.Contains(when, "ago") && when != "just now" {
		t.Errorf("the first article came %q", when)
	}
	act(t, ctx, chromedp.Click(`article details summary`))
	if why := value[string](t, ctx, `document.querySelector("article details[open]").innerText`); !strings.Contains(why, "points") {
		t.Errorf("the evidence reads %q", why)
	}
	act(t, ctx, chromedp.Click(`.subscribe summary`), chromedp.WaitVisible(`.copy button`))
	value[bool](t, ctx, `window.said = []; new MutationObserver(() => said.push(document.querySelector(".copy output").innerText))
		.observe(document.querySelector(".copy output"), {childList: true}); true`)
	act(t, ctx, chromedp.Click(`.copy button`))
	eventually(t, "an answer of the page", func() bool { return value[int](t, ctx, `said.length`) > 0 })
	if said := value[string](t, ctx, `said[0]`); said != "Copied" {
		t.Errorf("after copying, the page says %q", said)
	}
	act(t, ctx, chromedp.Click(`article .byline a`), chromedp.WaitVisible(`article.reading`))
	if n := value[int](t, ctx, `document.querySelectorAll(".reading .content p").length`); n == 0 {
		t.Error("the article has no text")
	}
	if n := value[int](t, ctx, `document.querySelectorAll("mark").length`); n == 0 {
		t.Error("nothing is marked in the evidence")
	}
	act(t, ctx, chromedp.Click(`nav a[href$="/search"]`), chromedp.WaitVisible(`input[name=q]`), chromedp.Focus(`input[name=q]`),
		chromedp.KeyEvent("v", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	if pasted := value[string](t, ctx, `document.querySelector("input[name=q]").value`); pasted != base+"/topics/latin-america.rss" {
		t.Errorf("copied %q", pasted)
	}
	act(t, ctx, chromedp.SetValue(`input[name=q]`, "mexic*"), chromedp.Click(`button[type=submit]`), chromedp.WaitVisible(`.stream article`))
	if url := value[string](t, ctx, `location.href`); !strings.HasPrefix(url, base+"/search?q=mexic*") {
		t.Errorf("the search went to %s", url)
	}
	for _, c := range complaints() {
		t.Errorf("the browser says: %s", c)
	}
}

// TestPagesWithoutScripts reads a topic in a browser that runs none.
func TestPagesWithoutScripts(t *testing.T) {
	ctx, complaints := browser(t)
	base, _ := startedDemo(t)
	call(t, ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	act(t, ctx, chromedp.Navigate(base+"/topics/latin-america"), chromedp.Click(`.subscribe summary`), chromedp.WaitVisible(`.copy input`))
	if when := value[string](t, ctx, `document.querySelector("article time").innerText`); !strings.HasSuffix(when, " UTC") {
		t.Errorf("the first article came %q", when)
	}
	if shown := value[bool](t, ctx, `document.querySelector(".copy button").checkVisibility()`); shown {
		t.Error("there is a button that can do nothing")
	}
	for _, c := range complaints() {
		t.Errorf("the browser says: %s", c)
	}
}
