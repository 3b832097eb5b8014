package main

import "tributary/feeds"

// What texts look like, as far as a pattern can say it that JavaScript reads as Go does.
const (
	oneDuration = `([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)`
	durations   = `\+?(` + oneDuration + `)+`
	cronLine    = `((CRON_)?TZ=\S+ +)?(\S+( +\S+){4}|@(yearly|annually|monthly|weekly|daily|midnight|hourly))`
)

var (
	text        = schema{Pattern: `\S`}
	httpURL     = schema{Type: "string", Pattern: `^[Hh][Tt][Tt][Pp][Ss]?://[^/?#]`}
	languageTag = schema{Type: "string", Pattern: `^([A-Za-z0-9]{2,8}([-_][A-Za-z0-9]{1,8})*)?$`}
	schedule    = schema{Type: "string", Pattern: `^\s*(adaptive|` + durations + `|` + cronLine + `)?\s*$`}
	word        = schema{Pattern: `[^\s!-/:-@[-^{-~]`}
)

// limits is what the types in config.go do not say about keys, by the name of their struct; [] stands for
// the items of a list. The program checks all of this, and more, when it reads a config.
var limits = map[string]schema{
	"config":         {Required: []string{"sources", "topics"}},
	"config.listen":  {Type: "string", Pattern: `:[^:]+$`},
	"config.storage": text,
	"config.sources": {MinItems: 1},
	"config.topics":  {MinItems: 1},

	"config.trusted_proxies[]": {Type: "string", Pattern: `^[0-9A-Fa-f.:]+(/[0-9]+)?$`},

	"siteConfig.title": text,
	"siteConfig.url":   {Type: "string", Pattern: `^[Hh][Tt][Tt][Pp][Ss]?://[^/?#@]+(/[^?#]*)?$`},

	"tlsConfig.domains[]": {Type: "string", Pattern: `^[^\s*:/@]+\.[^\s*:/@.]+$`},
	"tlsConfig.email":     {Pattern: `^(.+@.+)?$`},
	"tlsConfig.authority": httpURL,
	"tlsConfig.redirect":  {Type: "string", Pattern: `^(.*:[^:]+)?$`},

	"crawlConfig.every":      schedule,
	"crawlConfig.workers":    {Minimum: new(1.0), Maximum: new(1000.0)},
	"crawlConfig.user_agent": {Pattern: `^[ -~]*$`, MaxLength: 200},

	"retentionConfig.per_source": {Minimum: new(0.0)},
	"backupConfig.every":         {Type: "string", Pattern: `^([0-9]+d|` + durations + `|` + cronLine + `)$`},
	"backupConfig.keep":          {Minimum: new(1.0)},
	"logConfig.level":            {Enum: []string{"debug", "info", "warn", "error"}},
	"logConfig.format":           {Enum: []string{"text", "json"}},

	"placeConfig":             {Required: []string{"name", "kind"}},
	"placeConfig.name":        text,
	"placeConfig.kind":        {Enum: []string{"name", "capital", "demonym", "region", "person", "org", "city", "admin1", "mask"}},
	"placeConfig.languages[]": {Type: "string", Pattern: `^[a-z]{2,3}$`},

	"sourceConfig":          {Required: []string{"url"}},
	"sourceConfig.url":      httpURL,
	"sourceConfig.language": languageTag,
	"sourceConfig.country":  {Type: "string", Pattern: `^([A-Z]{2})?$`},
	"sourceConfig.publish":  {Enum: []string{"full", "excerpt", "link"}},
	"sourceConfig.every":    schedule,

	"topicConfig":              {Required: []string{"id", "title"}, AnyOf: requireOne("places", "terms", "query", "topics", "sources", "tags", "categories")},
	"topicConfig.id":           {Pattern: topicID.String()},
	"topicConfig.title":        text,
	"topicConfig.formerly[]":   {Pattern: topicID.String()},
	"topicConfig.languages[]":  languageTag,
	"topicConfig.query":        word,
	"topicConfig.topics":       {MinItems: 1},
	"topicConfig.sources[]":    text,
	"topicConfig.tags[]":       text,
	"topicConfig.categories[]": word,
	"topicConfig.stories":      {Enum: []string{feeds.AllEntries, feeds.OneEntry}},
	"topicConfig.min_sources":  {Minimum: new(0.0)},

	"topicPlacesConfig":            {Required: []string{"in"}},
	"topicPlacesConfig.in":         {MinItems: 1},
	"topicPlacesConfig.strictness": {Enum: []string{"loose", "normal", "strict"}},
	"topicPlacesConfig.mask[]":     word,

	"termsConfig":             {AnyOf: requireOne("any", "all")},
	"termsConfig.any":         {MinItems: 1},
	"termsConfig.all[]":       {MinItems: 1},
	"termsConfig.all[][]":     word,
	"termsConfig.none[]":      word,
	"termsConfig.mask[]":      word,
	"termsConfig.threshold":   {Above: new(0.0)},
	"termConfig":              {Required: []string{"term"}},
	"termConfig.term":         word,
	"termConfig.weight":       {Minimum: new(-3.0), Maximum: new(3.0)},
	"excludeConfig.urls[]":    text,
	"excludeConfig.sources[]": text,
	"excludeConfig.tags[]":    text,

	"exampleConfig.title":        text,
	"windowConfig.least":         {Minimum: new(float64(leastShown)), Maximum: new(float64(mostShown))},
	"windowConfig.most":          {Minimum: new(float64(leastShown)), Maximum: new(float64(mostShown))},
	"excludeConfig.categories[]": word,
}

func requireOne(keys ...string) (any []*schema) {
	for _, key := range keys {
		any = append(any, &schema{Required: []string{key}})
	}
	return any
}
