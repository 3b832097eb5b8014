package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"go.yaml.in/yaml/v4"
)

// settings is what a measurement sets in the config.
type settings struct {
	interval time.Duration // between two visits to a feed
	hostGap  time.Duration
	logLevel string
}

// writeConfig writes the repository's own config.yaml, with all its topics, into dir, but with the given
// feeds in the place of its sources. It gives the names of the config and the database.
func writeConfig(module, dir string, feeds []string, s settings) (file, db string, err error) {
	text, err := os.ReadFile(filepath.Join(module, "config.yaml"))
	if err != nil {
		return "", "", err
	}
	config := map[string]any{}
	if err := yaml.Load(text, &config); err != nil {
		return "", "", fmt.Errorf("read config.yaml: %w", err)
	}
	own, ok := config["sources"].([]any)
	if !ok || len(own) == 0 {
		return "", "", errors.New("config.yaml has no list of sources")
	}
	sources := make([]map[string]any, 0, len(feeds))
	for i, url := range feeds {
		like, _ := own[i%len(own)].(map[string]any)
		sources = append(sources, map[string]any{"url": url, "country": like["country"], "tags": like["tags"]})
	}
	nameSources(config["topics"], feeds[:1])
	db = filepath.Join(dir, "tributary.db")
	config["storage"], config["sources"] = db, sources
	config["listen"] = "127.0.0.1:0"
	config["log"] = map[string]string{"level": s.logLevel, "format": "json"}
	config["crawl"] = map[string]any{
		"every": s.interval.String(), "min_interval": "0s", "host_gap": s.hostGap.String(), "allow_private": true,
	}
	if text, err = yaml.Dump(config); err != nil {
		return "", "", err
	}
	file = filepath.Join(dir, "config.yaml")
	return file, db, os.WriteFile(file, text, 0o644)
}

// nameSources names these wherever a topic names sources, and drops its examples, which are about other ones.
func nameSources(node any, urls []string) {
	switch n := node.(type) {
	case []any:
		for _, part := range n {
			nameSources(part, urls)
		}
	case map[string]any:
		for key, part := range n {
			switch key {
			case "sources":
				n[key] = urls
			case "examples":
				delete(n, key)
			default:
				nameSources(part, urls)
			}
		}
	}
}
