// Package trial tries rules on stored articles before they are live: it says what a changed rule would add
// to a topic and remove from it, and which terms and masks a rule may lack.
package trial

import (
	"context"
	"runtime"
	"sync"

	"tributary/feeds"
)

// Read calls visit with stored articles; an error of visit ends it.
type Read func(ctx context.Context, visit func(feeds.Stored) error) error

// together is how many articles are judged at a time.
const together = 256

// judged is a stored article with what judges say of it.
type judged struct {
	feeds.Stored
	entries []feeds.Entry
	before  []feeds.Entry
}

// judgeAll reads articles, judges them on all processors, and calls each with one after the other, in the
// order in which they were read. before may be nil.
func judgeAll(ctx context.Context, read Read, judge, before feeds.Judge, each func(judged)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	chunks := make(chan []judged)
	var err error
	go func() {
		defer close(chunks)
		var chunk []judged
		send := func() error {
			select {
			case chunks <- chunk:
				chunk = nil
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		err = read(ctx, func(s feeds.Stored) error {
			if chunk = append(chunk, judged{Stored: s}); len(chunk) == together {
				return send()
			}
			return nil
		})
		if err == nil {
			err = send()
		}
	}()
	for chunk := range chunks {
		workers := runtime.GOMAXPROCS(0)
		var wg sync.WaitGroup
		for w := range workers {
			wg.Go(func() {
				for i := w; i < len(chunk); i += workers {
					a := &chunk[i]
					if a.entries = judge(a.Article); before != nil {
						a.before = before(a.Article)
					}
				}
			})
		}
		wg.Wait()
		for _, a := range chunk {
			each(a)
		}
	}
	return err
}
