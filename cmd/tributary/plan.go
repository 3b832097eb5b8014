package main

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
	"golang.org/x/text/language"

	"tributary/feeds"
	"tributary/feeds/crawl"
	"tributary/feeds/match"
	"tributary/feeds/places"
	"tributary/storage"
)

// plan is a config that has been checked and compiled: applying it cannot fail.
type plan struct {
	config
	sources []feeds.Source
	topics  []feeds.Topic
	places  *places.Gazetteer
	crawl   crawl.Plan
	backups cron.Schedule // nil for none
	proxies []netip.Prefix

	rules *match.Set // of the topics
}

// readPlan reads a config file once and checks all of it. Every mistake in the file comes back, as
// *mistakes.
func readPlan(file string) (*plan, error) {
	text, err := readConfig(file)
	if err != nil {
		return nil, err
	}
	return parsePlan(file, text)
}

func readConfig(file string) ([]byte, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the config: %w; name the file with --config", err)
	}
	return text, nil
}

func parsePlan(file string, text []byte) (*plan, error) {
	p, _, err := checkPlan(file, text)
	return p, err
}

// checkPlan gives, beside the plan, the checker, which knows where everything stands in the file.
func checkPlan(file string, text []byte) (*plan, *checker, error) {
	p := &plan{config: defaults()}
	root, decoding := decode(text, &p.config)
	c := &checker{root: root}
	if root != nil {
		c.site(p.config)
		p.proxies = c.proxies(p.Proxies)
		c.crawl(p.Crawl)
		c.retention(p.Retention)
		p.backups = c.backup(p.Backup)
		p.sources = c.sources(p.Sources)
		p.crawl.Schedules = c.schedules(p.config)
		p.places = c.places(p.Places)
		c.assumptions(p.sources, p.places)
		p.topics = c.topics(p.Topics, p.sources)
		p.rules = c.rules(p.topics, p.places)
		p.crawl.Judge = p.rules.Judge
		p.crawl.Rules = storage.Rules(p.sources, p.topics)
	}
	if err := c.result(file, decoding); err != nil {
		return nil, nil, err
	}
	p.Site.URL = strings.TrimRight(p.Site.URL, "/")
	p.crawl.Sources = make(map[string]feeds.Source, len(p.sources))
	for _, s := range p.sources {
		p.crawl.Sources[s.URL] = s
	}
	return p, c, nil
}

func (c *checker) site(cfg config) {
	if strings.TrimSpace(cfg.Site.Title) == "" {
		c.wrong([]any{"site", "title"}, "the title is empty; it names the service on its pages and in its feeds")
	}
	u, err := webAddress(cfg.Site.URL)
	c.check(err, "site", "url")
	if err == nil && (u.RawQuery != "" || u.Fragment != "" || u.User != nil) {
		c.wrong([]any{"site", "url"}, "%q must be an address alone, without ?, # or a password", cfg.Site.URL)
	}
	if !listenable(cfg.Listen) {
		c.wrong([]any{"listen"}, notListenable, cfg.Listen)
	}
	c.tls(cfg)
	switch scheme, _, found := strings.Cut(cfg.Storage, "://"); {
	case strings.TrimSpace(cfg.Storage) == "":
		c.wrong([]any{"storage"}, "the storage is empty; name a file, or a postgres:// address")
	case found && scheme != "postgres" && scheme != "postgresql":
		c.wrong([]any{"storage"}, "%q is neither a file nor a postgres:// address", storage.Name(cfg.Storage))
	}
	c.oneOf(cfg.Log.Level, []string{"debug", "info", "warn", "error"}, "log", "level")
	c.oneOf(cfg.Log.Format, []string{"text", "json"}, "log", "format")
}

// proxies reads networks, or the addresses of single proxies.
func (c *checker) proxies(configured []string) (networks []netip.Prefix) {
	for i, text := range configured {
		network, err := netip.ParsePrefix(text)
		if a, notAddress := netip.ParseAddr(text); notAddress == nil {
			network, err = netip.PrefixFrom(a, a.BitLen()), nil
		}
		switch {
		case err != nil:
			c.wrong([]any{"trusted_proxies", i}, "%q is no address or network; write it like 127.0.0.1 or 10.0.0.0/8", text)
		case network.Bits() == 0:
			c.wrong([]any{"trusted_proxies", i}, "%s is everybody, who could then claim any address; name your proxies alone", text)
		}
		networks = append(networks, network)
	}
	return networks
}

func (c *checker) oneOf(value string, allowed []string, path ...any) {
	for _, a := range allowed {
		if value == a {
			return
		}
	}
	c.wrong(path, "%q is not known; write %s or %s", value, strings.Join(allowed[:len(allowed)-1], ", "), allowed[len(allowed)-1])
}

// webAddress reads an absolute http or https URL.
func webAddress(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case text == "":
		return nil, errors.New("the URL is missing")
	case err != nil:
		return nil, fmt.Errorf("%q is not a URL: %w", text, errors.Unwrap(err))
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("%q is not a URL that begins with http:// or https://", text)
	case u.Hostname() == "":
		return nil, fmt.Errorf("%q names no host", text)
	}
	return u, nil
}

func (c *checker) crawl(cfg crawlConfig) {
	for key, d := range map[string]time.Duration{"min_interval": cfg.MinInterval, "host_gap": cfg.HostGap} {
		if d < 0 {
			c.wrong([]any{"crawl", key}, "%s is less than nothing", d)
		}
	}
	if cfg.Timeout < time.Second || cfg.Timeout > 10*time.Minute {
		c.wrong([]any{"crawl", "timeout"}, "%s is not between 1s and 10m", cfg.Timeout)
	}
	if cfg.Workers < 1 || cfg.Workers > 1000 {
		c.wrong([]any{"crawl", "workers"}, "%d is not between 1 and 1000", cfg.Workers)
	}
	if len(cfg.UserAgent) > 200 || strings.ContainsFunc(cfg.UserAgent, func(r rune) bool { return r < ' ' || r > '~' }) {
		c.wrong([]any{"crawl", "user_agent"}, "the user agent must be at most 200 plain ASCII characters")
	}
}

func (c *checker) sources(configured []sourceConfig) []feeds.Source {
	if len(configured) == 0 {
		c.wrong([]any{"sources"}, "there are no sources; give at least one, as - url: https://…")
	}
	var sources []feeds.Source
	first := map[string]int{}
	for i, s := range configured {
		if _, err := webAddress(s.URL); err != nil {
			c.check(err, "sources", i, "url")
		} else if line, twice := first[sameAs(s.URL)]; twice {
			c.wrong([]any{"sources", i, "url"}, "this source stands in line %d already", line)
		} else {
			first[sameAs(s.URL)], _ = c.at("sources", i, "url")
		}
		if _, err := language.Parse(s.Language); s.Language != "" && err != nil {
			c.wrong([]any{"sources", i, "language"}, "%q is not a language tag (BCP 47), such as en, es or pt-BR", s.Language)
		}
		if r, err := language.ParseRegion(s.Country); s.Country != "" && (err != nil || !r.IsCountry() || r.Canonicalize().String() != s.Country) {
			c.wrong([]any{"sources", i, "country"}, "%q is not a country's code of two capital letters (ISO 3166-1), such as MX", s.Country)
		}
		if s.Publish != "" {
			c.oneOf(s.Publish, []string{"full", "excerpt", "link"}, "sources", i, "publish")
		}
		sources = append(sources, feeds.Source{URL: s.URL, Title: s.Title, Language: s.Language, Country: s.Country,
			Assume: s.Assume, Tags: s.Tags, Publish: feeds.Publish(s.Publish), Every: s.Every})
	}
	return sources
}

// sameAs is a URL that all ways of writing it share.
func sameAs(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	u.Host, u.Fragment = strings.ToLower(u.Host), ""
	if u.Path == "" {
		u.Path = "/"
	}
	return u.String()
}

// schedules parses the default and each source's own.
func (c *checker) schedules(cfg config) map[string]crawl.Schedule {
	schedules := map[string]crawl.Schedule{}
	parse := func(as, text string, path ...any) {
		s, err := crawl.ParseSchedule(text)
		c.check(err, path...)
		schedules[as] = s
	}
	parse("", cfg.Crawl.Every, "crawl", "every")
	for i, s := range cfg.Sources {
		if s.Every != "" {
			parse(s.Every, s.Every, "sources", i, "every")
		}
	}
	return schedules
}
