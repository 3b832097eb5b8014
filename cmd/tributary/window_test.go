package main

import (
	"testing"
	"time"

	"go.yaml.in/yaml/v4"

	"tributary/feeds"
)

// TestWindow: what a window leaves out has its default, and most is never below a least that stands alone.
func TestWindow(t *testing.T) {
	for text, want := range map[string]feeds.Window{
		`{}`:                             {},
		`window: {}`:                     feeds.DefaultWindow,
		`window: {least: 60}`:            {Least: 60, Span: 24 * time.Hour, Most: 500},
		`window: {least: 900}`:           {Least: 900, Span: 24 * time.Hour, Most: 900},
		`window: {span: 0}`:              {Least: 50, Most: 500},
		`window: {span: 2d, most: 1000}`: {Least: 50, Span: 48 * time.Hour, Most: 1000},
	} {
		var c topicConfig
		if err := yaml.Unmarshal([]byte(text), &c); err != nil {
			t.Fatal(err)
		}
		if got := c.topic(nil).Window; got != want {
			t.Errorf("%s is %+v, want %+v", text, got, want)
		}
	}
}
