package crawl

import "time"

// SetWallClock makes c believe in another wall clock than the machine's.
func (c *Crawler) SetWallClock(read func() time.Time) { c.wall = read }
