// Tributary reads publishers' feeds, decides which topics each article belongs to, and republishes
// every topic as RSS, Atom, JSON Feed and a web page.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // cron lines may name a zone where the machine has no zone files

	"github.com/alecthomas/kong"
)

// commands is what people type; each command's Run stands in the file of its name.
type commands struct {
	Config string `help:"The config file; without it config.yaml in this folder." default:"config.yaml" env:"TRIBUTARY_CONFIG" placeholder:"FILE"`

	Serve    serveCommand    `cmd:"" help:"Run the crawler and the web server."`
	Crawl    crawlCommand    `cmd:"" help:"Visit the sources that are due, once, and print what came."`
	Check    checkCommand    `cmd:"" help:"Read the config and list every mistake in it as file:line:column."`
	Explain  explainCommand  `cmd:"" help:"Say why an article, or each item of a feed, is in a topic or not."`
	Discover discoverCommand `cmd:"" help:"Look for the feeds that a web site offers, and print them, the best first."`
	Import   importCommand   `cmd:"" help:"Read a list of feeds in OPML and print it as the sources section of a config."`
	Export   exportCommand   `cmd:"" help:"Write the sources of the config as OPML: addresses, titles, languages and tags."`
	Backup   backupCommand   `cmd:"" help:"Write a consistent copy of the database into a file, while the service runs."`
	Backtest backtestCommand `cmd:"" help:"Say what the rules in the config would add to each topic and remove from it, over the stored articles. Changes nothing."`
	Suggest  suggestCommand  `cmd:"" help:"Propose terms and masks for a topic, from what its stored articles and those like them share. Changes nothing."`
	Restore  restoreCommand  `cmd:"" help:"Check a backup and make it the database. Stop the service first."`
	Copy     copyCommand     `cmd:"" help:"Move everything to another, empty database: a SQLite file or PostgreSQL. Stop the service first."`
	Demo     demoCommand     `cmd:"" help:"Run the whole service on made-up newsrooms on this machine; needs no network and no config."`
	Schema   schemaCommand   `cmd:"" help:"Print the JSON Schema of the config, with which editors complete and check it."`
	Version  versionCommand  `cmd:"" help:"Print the version."`

	Healthcheck healthcheckCommand `cmd:"" hidden:"" help:"Ask the running service whether it is ready."`
	Parse       parseCommand       `cmd:"" hidden:"" help:"Read a document and print what it holds as JSON."`
	Clean       cleanCommand       `cmd:"" hidden:"" help:"Read HTML fragments and print what is left of them."`
	Render      renderCommand      `cmd:"" hidden:"" help:"Read a feed and print the topic document that would be published from it."`
}

// Exit codes.
const (
	exitFine     = 0
	exitNo       = 1 // the command ran, and the answer is no
	exitCouldNot = 2 // the command could not run
)

// errNo ends a command whose answer is no and has been printed.
var errNo = errors.New("no")

// terminal is what a command talks to.
type terminal struct {
	in       io.Reader
	out, err io.Writer
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	os.Exit(run(ctx, os.Args[1:], terminal{os.Stdin, os.Stdout, os.Stderr}))
}

// run is the program without its process: it parses args, runs the command and gives the exit code.
func run(ctx context.Context, args []string, t terminal) int {
	var c commands
	done := -1 // set by --help
	parser, err := kong.New(&c, kong.Name("tributary"),
		kong.Description("Reads publishers' feeds and republishes them by topic, as RSS, Atom, JSON Feed and web pages."),
		kong.Writers(t.out, t.err), kong.Exit(func(code int) { done = code }), kong.UsageOnError(),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(t))
	if err != nil {
		panic(err) // cannot happen: the commands are constants
	}
	command, err := parser.Parse(args)
	switch {
	case done >= 0:
		return done
	case err != nil:
		fmt.Fprintf(t.err, "tributary: %v; see tributary --help\n", err)
		return exitCouldNot
	}
	err = command.Run(&c)
	switch {
	case err == nil:
		return exitFine
	case errors.Is(err, errNo):
		return exitNo
	}
	var found *mistakes
	if errors.As(err, &found) { // each line begins with its place, so that editors find it
		fmt.Fprintln(t.err, found)
		return exitCouldNot
	}
	fmt.Fprintf(t.err, "tributary: %v\n", err)
	return exitCouldNot
}
