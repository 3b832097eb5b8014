package crawl

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// Schedule says when the admin wants a source visited. The zero value is the adaptive one, which
// follows the source's own rhythm.
type Schedule struct {
	every time.Duration
	cron  cron.Schedule
}

// ParseSchedule reads "adaptive", a duration such as 15m, or a cron line of five fields such as
// "*/20 6-22 * * *". Cron lines are in UTC unless they begin with CRON_TZ=Zone.
func ParseSchedule(text string) (Schedule, error) {
	text = strings.TrimSpace(text)
	if text == "adaptive" {
		return Schedule{}, nil
	}
	if d, err := time.ParseDuration(text); err == nil {
		if d <= 0 {
			return Schedule{}, fmt.Errorf("%s is not a time to wait; it must be more than 0", text)
		}
		return Schedule{every: d}, nil
	}
	if strings.HasPrefix(text, "@every") { // the library makes less than a second of it one second, silently
		return Schedule{}, fmt.Errorf("write %q as a plain duration, such as 15m", text)
	}
	s, err := parseCron(text)
	if err != nil {
		return Schedule{}, err
	}
	if s.Next(time.Now()).IsZero() { // 0 0 30 2 *: as a due time that would mean always
		return Schedule{}, fmt.Errorf("the cron line %q names a moment that never comes", text)
	}
	return Schedule{cron: s}, nil
}

func parseCron(line string) (s cron.Schedule, err error) {
	zone, fields := "", line
	if strings.HasPrefix(line, "TZ=") || strings.HasPrefix(line, "CRON_TZ=") {
		var ok bool
		if zone, fields, ok = strings.Cut(line, " "); !ok { // the library panics on a zone alone
			return nil, fmt.Errorf("the cron line %q names a zone and no times", line)
		}
		fields = strings.TrimSpace(fields)
	}
	if n := len(strings.Fields(fields)); n != 5 && !strings.HasPrefix(fields, "@") {
		return nil, fmt.Errorf("%q is not a schedule; write adaptive, a duration such as 15m, or a cron line of five fields such as \"*/20 6-22 * * *\"", line)
	}
	if zone == "" {
		zone = "CRON_TZ=UTC"
	}
	s, err = cron.ParseStandard(zone + " " + fields)
	if err != nil {
		return nil, errors.New("the cron line is wrong: " + err.Error())
	}
	return s, nil
}
