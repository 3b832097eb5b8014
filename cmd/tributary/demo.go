package main

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"text/template"
	"time"

	"golang.org/x/sync/errgroup"

	"tributary/feeds/crawl"
	"tributary/feeds/render"
)

//go:embed demo/config.tmpl
var demoConfig string

// demoCommand is serve with made-up newsrooms: only its config and the listeners differ.
type demoCommand struct {
	Listen string        `help:"Address of the web server." default:"localhost:8080"`
	Every  time.Duration `help:"How often each newsroom brings out an article." default:"6s"`
}

func (c demoCommand) Run(ctx context.Context, t terminal) (err error) {
	if c.Every <= 0 {
		return fmt.Errorf("--every is %s and must be more than 0", c.Every)
	}
	dir, err := os.MkdirTemp("", "tributary-demo-")
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, os.RemoveAll(dir)) }()
	rooms, err := listenAsNewsrooms(c.Every)
	if err != nil {
		return err
	}
	defer rooms.close()
	l, err := listen(c.Listen)
	if err != nil {
		return err
	}
	defer l.Close()
	p, err := c.plan(l.Addr(), filepath.Join(dir, "demo.db"), rooms)
	if err != nil {
		return err
	}
	s, err := openService(ctx, p, logger(t.err, p.Log), func(r crawl.Report) { printNews(t, r) })
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, s.Close()) }()
	printURLs(t, p, len(rooms), c.Every)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return rooms.serve(ctx) })
	group.Go(func() error { return s.crawl(ctx) })
	group.Go(func() error { return s.web(ctx, l, nil) })
	return group.Wait()
}

// plan fills in the demo's config and reads it as any other.
func (c demoCommand) plan(address net.Addr, db string, rooms openRooms) (*plan, error) {
	tmpl, err := template.New("config").Parse(demoConfig)
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	err = tmpl.Execute(&text, map[string]any{
		"URL": "http://" + address.String(), "Listen": address.String(), "Storage": filepath.ToSlash(db), "Newsrooms": rooms,
	})
	if err != nil {
		return nil, err
	}
	return parsePlan("demo/config.tmpl", text.Bytes())
}

// openRoom is a newsroom with its listener.
type openRoom struct {
	*newsroom
	listener net.Listener
}

// URL is the newsroom's home page.
func (r openRoom) URL() string { return "http://" + r.listener.Addr().String() }

type openRooms []openRoom

func listenAsNewsrooms(every time.Duration) (rooms openRooms, err error) {
	all, err := newsrooms(time.Now(), every)
	if err != nil {
		return nil, err
	}
	for _, n := range all {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			rooms.close()
			return nil, fmt.Errorf("open a newsroom: %w", err)
		}
		rooms = append(rooms, openRoom{n, l})
	}
	return rooms, nil
}

func (rooms openRooms) close() {
	for _, r := range rooms {
		r.listener.Close()
	}
}

func (rooms openRooms) serve(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, r := range rooms {
		server := &http.Server{Handler: r, ReadHeaderTimeout: 5 * time.Second}
		group.Go(func() error {
			if err := server.Serve(r.listener); !errors.Is(err, http.ErrServerClosed) {
				return fmt.Errorf("newsroom %s: %w", r.Name, err)
			}
			return nil
		})
		group.Go(func() error {
			<-ctx.Done()
			return server.Close()
		})
	}
	return group.Wait()
}

func printURLs(t terminal, p *plan, rooms int, every time.Duration) {
	fmt.Fprintf(t.out, "Reading %s on this machine; each brings out an article every %v. Ctrl-C ends it.\n\n", count(rooms, "made-up newsroom"), every)
	fmt.Fprintf(t.out, "  %-24s %s/\n", "All topics", p.Site.URL)
	for _, topic := range p.topics {
		fmt.Fprintf(t.out, "  %-24s %s/topics/%s\n", topic.Title, p.Site.URL, topic.ID)
	}
	fmt.Fprintf(t.out, "\n  Subscribe to Latin America as\n")
	for _, f := range render.Formats {
		fmt.Fprintf(t.out, "  %-24s %s/topics/%s.%s\n", f.Name, p.Site.URL, p.topics[0].ID, f.Ext)
	}
	fmt.Fprintln(t.out)
}

// printNews says what each visit brought.
func printNews(t terminal, r crawl.Report) {
	if r.Saved.New == 0 {
		return
	}
	fmt.Fprintf(t.out, "%s  %-24s %s\n", time.Now().Format(time.TimeOnly), r.Title, count(r.Saved.New, "new article"))
}
