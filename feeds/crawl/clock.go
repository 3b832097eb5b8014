package crawl

import "time"

// clockSlack is by how much the wall clock may differ from the monotonic one before it counts as set.
const clockSlack = time.Minute

// clock sees when the wall clock is set, or stood still with the machine: it goes otherwise than the
// monotonic one then.
type clock struct {
	read      func() time.Time // the wall clock, without a monotonic reading
	wall, was time.Time        // the same moment by both
}

// wallClock is the machine's.
func wallClock() time.Time { return time.Now().Round(0) }

func newClock(read func() time.Time) *clock { return &clock{read: read, wall: read(), was: time.Now()} }

// jump is how far the clock was set forward, or less than 0 for backward, since jump was last called.
func (c *clock) jump() time.Duration {
	wall, now := c.read(), time.Now()
	set := wall.Sub(c.wall) - now.Sub(c.was)
	c.wall, c.was = wall, now
	if set.Abs() <= clockSlack {
		return 0
	}
	return set
}
