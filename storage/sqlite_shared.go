package storage

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// sharing is how many transactions one commit takes together, at most.
const sharing = 64

// unit is a transaction that may share its commit with others.
type unit struct {
	ctx  context.Context
	f    func(session) error
	done chan error
}

// run makes an error of a panic, which is the unit's own: whoever leads has the writer to give back.
func (u *unit) run(s session) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("a transaction panicked: %v", p)
		}
	}()
	return u.f(s)
}

// shared lets those that wait for the writer at the same moment be one transaction: each commit waits for
// the disk, and costs more than what a visit without news has to say. One of those that wait leads.
func (e *sqliteEngine) shared(ctx context.Context, f func(session) error) error {
	u := &unit{ctx, f, make(chan error, 1)}
	waiting := e.waiting
	select {
	case waiting <- u:
		waiting = nil // it is in the queue; a nil channel takes nothing
	default:
	}
	for {
		select {
		case waiting <- u:
			waiting = nil
		case c := <-e.w.free:
			commitTogether(c, e.w.begin, e.queued())
			e.w.free <- c
		case err := <-u.done:
			return plain(err)
		}
	}
}

// alone is how long a transaction that is by itself waits for company. A crawl is in no hurry, and when
// nobody comes that is all it costs.
const alone = time.Millisecond

// queued takes what waits now.
func (e *sqliteEngine) queued() (units []*unit) {
	for len(units) < sharing {
		if len(units) == 1 && len(e.waiting) == 0 {
			time.Sleep(alone)
		}
		select {
		case u := <-e.waiting:
			units = append(units, u)
		default:
			return units
		}
	}
	return units
}

// commitTogether runs units in one transaction. When one of them fails, or the commit does, nothing is kept
// of it, and each gets a transaction of its own. That is rare, and cheaper than a savepoint for each, at
// which the full-text index would write itself out.
func commitTogether(c *sqliteConn, begin string, units []*unit) {
	err := errors.New("one is alone anyway")
	if len(units) > 1 {
		err = c.inTx(context.Background(), begin, func(session) error {
			for _, u := range units {
				if err := u.run(c); err != nil {
					return err
				}
			}
			return nil
		})
	}
	for _, u := range units {
		if err == nil {
			u.done <- nil
		} else {
			u.done <- c.inTx(u.ctx, begin, u.run)
		}
	}
}
