package crawl

import "time"

// A running crawler begins with no more hosts a second than these, so that what has become due together,
// while it was stopped or cut off, is not asked for together.
const (
	slowestPace = 16
	paceShare   = 50 // of the sources: a fiftieth
)

// pace counts the hosts that may still be begun with in this second.
type pace struct {
	second time.Time
	left   int
}

// allow says how many hosts may be begun with now, and when none may how long that lasts.
func (p *pace) allow(now time.Time, sources int) (n int, wait time.Duration) {
	if now.Sub(p.second) >= time.Second {
		p.second, p.left = now, max(slowestPace, sources/paceShare)
	}
	if p.left > 0 {
		return p.left, 0
	}
	return 0, p.second.Add(time.Second).Sub(now)
}

func (p *pace) begun(n int) { p.left -= n }
