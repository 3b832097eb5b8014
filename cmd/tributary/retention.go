package main

import (
	"errors"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"tributary/feeds/crawl"
)

func (c *checker) retention(cfg retentionConfig) {
	if cfg.Age < 0 {
		c.wrong([]any{"retention", "age"}, "%s is less than nothing", time.Duration(cfg.Age))
	} else if cfg.Age > 0 && time.Duration(cfg.Age) < time.Hour {
		c.wrong([]any{"retention", "age"}, "%s would remove articles as they come; the least is 1h, and 0 keeps them for ever", time.Duration(cfg.Age))
	}
	if cfg.PerSource < 0 {
		c.wrong([]any{"retention", "per_source"}, "%d is less than nothing", cfg.PerSource)
	}
}

// backup gives the schedule of the service's own backups, nil when it makes none.
func (c *checker) backup(cfg backupConfig) cron.Schedule {
	if cfg.Keep < 1 {
		c.wrong([]any{"backup", "keep"}, "%d is not a number of backups to keep; the least is 1", cfg.Keep)
	}
	schedule, err := backupSchedule(cfg.Every)
	c.check(err, "backup", "every")
	if cfg.To == "" {
		return nil
	}
	return schedule
}

// mostOften is the least time between two backups: each reads the whole database.
const mostOften = 5 * time.Minute

func backupSchedule(text string) (cron.Schedule, error) {
	if d, err := parseSpan(text); err == nil {
		if d < mostOften {
			return nil, errors.New("a backup reads the whole database; write a time of 5m at least, such as 12h or 1d")
		}
		return interval{every: d}, nil
	}
	if _, err := crawl.ParseSchedule(text); err != nil || text == "adaptive" { // it knows where the library panics
		return nil, errors.New("write a time such as 12h or 1d, or a cron line of five fields such as \"30 3 * * *\"")
	}
	if !strings.Contains(text, "TZ=") {
		text = "CRON_TZ=UTC " + text
	}
	return cron.ParseStandard(text)
}

// interval is the schedule of what runs at first, or when that has passed at once, and then every so
// often.
type interval struct {
	first time.Time
	every time.Duration
}

// Next implements cron.Schedule.
func (i interval) Next(t time.Time) time.Time {
	if t.Before(i.first) {
		return i.first
	}
	return t.Add(i.every)
}
