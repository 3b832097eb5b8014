package crawl

import (
	"sync"
	"time"

	"tributary/feeds/fetch"
)

// When failures to connect are taken for our own network's, and what is done then.
const (
	outageWithin = 5 * time.Minute
	outageHosts  = 10               // the fewest that tell; where they are fewer within that time,
	outageAtMost = 30 * time.Minute // the last so many within this
	outageShare  = 80               // percent of the hosts
	probeEvery   = time.Minute
)

// outage notices when it is us who are cut off: no source is blamed then, and one a minute is tried
// until one answers.
type outage struct {
	mu    sync.Mutex
	hosts map[string]attempt // the last one of each
	order []attempt          // all of them, oldest first
	away  int                // hosts whose last one failed without a sign of the publisher
	on    bool
	probe time.Time // the last one
}

// attempt is how a request to a host went. One that is under way did not fail.
type attempt struct {
	host string
	at   time.Time
	away bool
}

// unreached says whether an error shows no sign of the publisher: no name was looked up, no connection
// came about or nothing came over it. A redirect is a sign.
func unreached(e *fetch.Error) bool {
	return e.URL == "" && (e.Kind == fetch.DNS || e.Kind == fetch.Connect || e.Kind == fetch.Timeout && e.Status == 0)
}

// begin notes a request that is under way.
func (o *outage) begin(host string, now time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.note(attempt{host: host, at: now})
}

// end notes how it went, and says whether that began or ended an outage.
func (o *outage) end(host string, away bool, now time.Time) (began, ended bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.on {
		if ended = !away; ended {
			o.on, o.hosts, o.order, o.away = false, nil, nil, 0
		}
		return false, ended
	}
	o.note(attempt{host, now, away})
	if len(o.hosts) >= outageHosts && 100*o.away >= outageShare*len(o.hosts) {
		o.on, o.probe, began = true, now, true
	}
	return began, false
}

// note keeps an attempt, and forgets those of long ago.
func (o *outage) note(a attempt) {
	if o.hosts == nil {
		o.hosts = map[string]attempt{}
	}
	o.forget(a.host)
	o.hosts[a.host] = a
	if a.away {
		o.away++
	}
	o.order = append(o.order, a)
	for {
		old := o.order[0]
		if age := a.at.Sub(old.at); o.hosts[old.host] == old {
			if age <= outageWithin || age <= outageAtMost && len(o.hosts) <= outageHosts {
				return
			}
			o.forget(old.host)
		}
		o.order = o.order[1:]
	}
}

func (o *outage) forget(host string) {
	if o.hosts[host].away {
		o.away--
	}
	delete(o.hosts, host)
}

// lasting says whether there is an outage.
func (o *outage) lasting() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.on
}

// probing says how long it is until a host may be tried in an outage, and counts the try as made when
// that is now.
func (o *outage) probing(now time.Time) time.Duration {
	o.mu.Lock()
	defer o.mu.Unlock()
	if wait := probeEvery - now.Sub(o.probe); wait > 0 {
		return wait
	}
	o.probe = now
	return 0
}
