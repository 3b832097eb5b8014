package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
	"golang.org/x/crypto/acme"
)

// config is config.yaml: the keys and their types, nothing else. What they mean stands beside each key
// in the config.yaml of the repository's root, which a test compares with these structs.
type config struct {
	Site      siteConfig      `yaml:"site"`
	Listen    string          `yaml:"listen"`
	Proxies   []string        `yaml:"trusted_proxies"`
	TLS       tlsConfig       `yaml:"tls"`
	Storage   string          `yaml:"storage"`
	Crawl     crawlConfig     `yaml:"crawl"`
	Retention retentionConfig `yaml:"retention"`
	Backup    backupConfig    `yaml:"backup"`
	Log       logConfig       `yaml:"log"`
	Places    placesConfig    `yaml:"places"`
	Sources   []sourceConfig  `yaml:"sources"`
	Topics    []topicConfig   `yaml:"topics"`
}

type siteConfig struct {
	Title   string `yaml:"title"`
	URL     string `yaml:"url"`
	Contact string `yaml:"contact"`
}

// tlsConfig has either the domains of certificates that an authority gives, or the files of one.
type tlsConfig struct {
	Domains     []string `yaml:"domains"`
	Email       string   `yaml:"email"`
	Cache       string   `yaml:"cache"`
	Authority   string   `yaml:"authority"`
	Certificate string   `yaml:"certificate"`
	Key         string   `yaml:"key"`
	Redirect    string   `yaml:"redirect"`
}

type crawlConfig struct {
	Every        string        `yaml:"every"`
	MinInterval  time.Duration `yaml:"min_interval"`
	HostGap      time.Duration `yaml:"host_gap"`
	Timeout      time.Duration `yaml:"timeout"`
	Workers      int           `yaml:"workers"`
	AllowPrivate bool          `yaml:"allow_private"`
	UserAgent    string        `yaml:"user_agent"`
}

type retentionConfig struct {
	Age       span `yaml:"age"`
	PerSource int  `yaml:"per_source"`
}

type backupConfig struct {
	To    string `yaml:"to"`
	Every string `yaml:"every"`
	Keep  int    `yaml:"keep"`
}

type logConfig struct {
	Level  string `yaml:"level"`
	Format string `yaml:"format"`
}

// placesConfig changes the gazetteer.
type placesConfig struct {
	Add    []placeConfig `yaml:"add"`
	Remove []string      `yaml:"remove"`
}

type placeConfig struct {
	Name      string   `yaml:"name"`
	Place     string   `yaml:"place"`
	Kind      string   `yaml:"kind"`
	Languages []string `yaml:"languages"`
}

type sourceConfig struct {
	URL      string   `yaml:"url"`
	Title    string   `yaml:"title"`
	Language string   `yaml:"language"`
	Country  string   `yaml:"country"`
	Assume   []string `yaml:"assume"`
	Tags     []string `yaml:"tags"`
	Publish  string   `yaml:"publish"`
	Every    string   `yaml:"every"`
}

type topicConfig struct {
	ID          string             `yaml:"id"`
	Title       string             `yaml:"title"`
	Description string             `yaml:"description"`
	Languages   []string           `yaml:"languages"`
	Places      *topicPlacesConfig `yaml:"places"`
	Terms       *termsConfig       `yaml:"terms"`
	Query       string             `yaml:"query"`
	Topics      []string           `yaml:"topics"`
	Sources     []string           `yaml:"sources"`
	Tags        []string           `yaml:"tags"`
	Categories  []string           `yaml:"categories"`
	Exclude     excludeConfig      `yaml:"exclude"`
	Examples    examplesConfig     `yaml:"examples"`
	Window      *windowConfig      `yaml:"window"`
	Formerly    []string           `yaml:"formerly"`
	Stories     string             `yaml:"stories"`
	Prefer      []string           `yaml:"prefer"`
	MinSources  int                `yaml:"min_sources"`
}

type topicPlacesConfig struct {
	In         []string     `yaml:"in"`
	Strictness string       `yaml:"strictness"`
	Also       []termConfig `yaml:"also"`
	Mask       []string     `yaml:"mask"`
}

type termsConfig struct {
	Any       []termConfig `yaml:"any"`
	All       [][]string   `yaml:"all"`
	None      []string     `yaml:"none"`
	Mask      []string     `yaml:"mask"`
	Threshold float64      `yaml:"threshold"`
}

type excludeConfig struct {
	Categories []string `yaml:"categories"`
	URLs       []string `yaml:"urls"`
	Sources    []string `yaml:"sources"`
	Tags       []string `yaml:"tags"`
}

// windowConfig is how much of a topic its documents show; what is left out has its default.
type windowConfig struct {
	Least *int  `yaml:"least"`
	Span  *span `yaml:"span"`
	Most  *int  `yaml:"most"`
}

type examplesConfig struct {
	Yes []exampleConfig `yaml:"yes"`
	No  []exampleConfig `yaml:"no"`
}

// exampleConfig is written as a headline, or as a mapping when there is more to it.
type exampleConfig struct {
	Title    string `yaml:"title"`
	Summary  string `yaml:"summary"`
	Lang     string `yaml:"lang"`
	Category string `yaml:"category"`
	Source   string `yaml:"source"` // the URL of one in the config, or its host
}

// UnmarshalYAML takes both ways of writing an example.
func (e *exampleConfig) UnmarshalYAML(n *yaml.Node) error {
	switch n.Kind {
	case yaml.ScalarNode:
		e.Title = n.Value
		return nil
	case yaml.MappingNode:
		for i := 0; i < len(n.Content); i += 2 {
			if k := n.Content[i].Value; !slices.Contains([]string{"title", "summary", "lang", "category", "source"}, k) || n.Content[i+1].Kind != yaml.ScalarNode {
				return fmt.Errorf("%q is not a text of an example; it has title, summary, lang, category and source", k)
			}
		}
		type fields exampleConfig // without this method
		return n.Decode((*fields)(e))
	}
	return fmt.Errorf("an example is a headline, or {title: …, summary: …, lang: es}")
}

// termConfig is written as a text, or as a mapping when the term has a weight.
type termConfig struct {
	Term   string  `yaml:"term"`
	Weight float64 `yaml:"weight"`
}

// UnmarshalYAML takes both ways of writing a term.
func (t *termConfig) UnmarshalYAML(n *yaml.Node) error {
	switch n.Kind {
	case yaml.ScalarNode:
		t.Term, t.Weight = n.Value, 1
		return nil
	case yaml.MappingNode:
		type fields termConfig // without this method
		f := fields{Weight: 1}
		for i := 0; i < len(n.Content); i += 2 {
			if k := n.Content[i].Value; k != "term" && k != "weight" {
				return fmt.Errorf("unknown key %q; a term has term and weight", k)
			}
		}
		if err := n.Decode(&f); err != nil {
			return fmt.Errorf("a weight is a number, such as 0.5")
		}
		*t = termConfig(f)
		return nil
	}
	return fmt.Errorf("a term is a text, or {term: oil, weight: 0.4}")
}

// span is a duration that may be written in days.
type span time.Duration

// UnmarshalYAML takes 90d and whatever a duration may be.
func (s *span) UnmarshalYAML(n *yaml.Node) error {
	d, err := parseSpan(n.Value)
	if n.Kind != yaml.ScalarNode || err != nil {
		return fmt.Errorf("%q is not a time; write it like 90d or 36h", n.Value)
	}
	*s = span(d)
	return nil
}

// String writes whole days as a config does.
func (s span) String() string {
	d := time.Duration(s)
	if days := d / (24 * time.Hour); days > 0 && d%(24*time.Hour) == 0 {
		return fmt.Sprintf("%dd", days)
	}
	return d.String()
}

// parseSpan reads whole days, such as 90d, or a duration.
func parseSpan(text string) (time.Duration, error) {
	days, ok := strings.CutSuffix(text, "d")
	if !ok {
		return time.ParseDuration(text)
	}
	n, err := strconv.ParseUint(days, 10, 16) // 179 years
	return time.Duration(n) * 24 * time.Hour, err
}

// defaults is what holds for keys that the file leaves out.
func defaults() config {
	return config{
		Site:    siteConfig{Title: "Tributary", URL: "http://localhost:8080"},
		Listen:  "localhost:8080",
		Proxies: []string{},
		TLS:     tlsConfig{Domains: []string{}, Cache: "certificates", Authority: acme.LetsEncryptURL},
		Storage: "tributary.db",
		Crawl: crawlConfig{Every: "adaptive", MinInterval: 15 * time.Minute, HostGap: 2 * time.Second,
			Timeout: time.Minute, Workers: 32},
		Retention: retentionConfig{Age: span(90 * 24 * time.Hour), PerSource: 2000},
		Backup:    backupConfig{Every: "1d", Keep: 7},
		Log:       logConfig{Level: "info", Format: "text"},
	}
}
