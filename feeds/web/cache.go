package web

import (
	"container/list"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"tributary/feeds"
)

// cache holds documents that are made on request, up to a number of bytes. The one that was asked for
// least recently goes first.
type cache struct {
	life  context.Context // of making
	most  int             // bytes
	turns chan struct{}   // of making: a slot for each one under way
	queue chan struct{}   // a slot for each one that is made or waits for its turn

	mu     sync.Mutex
	bytes  int
	held   map[string]*list.Element // of *kept
	order  list.List                // the latest first
	site   int                      // grows when all that was made is not right any more
	flight singleflight.Group
}

// kept is a document in a cache.
type kept struct {
	key      string
	document *document
	made     time.Time
}

// mostWaiting is how many documents may wait to be made: clients that ask and go leave no endless queue behind.
const mostWaiting = 256

var errBusy = errors.New("too many other documents wait to be made; ask again in a minute")

func newCache(life context.Context, most, turns int) *cache {
	return &cache{life: life, most: most, turns: make(chan struct{}, turns), queue: make(chan struct{}, mostWaiting), held: map[string]*list.Element{}}
}

// get gives the document of the key as it was made at most so long ago. Calls that overlap share the
// making, which goes on when a caller gives up. What cannot be made anew stays as it was; only what is
// not there any more (feeds.ErrNotFound) goes.
func (c *cache) get(ctx context.Context, key string, age time.Duration, produce func(context.Context) (*document, error)) (*document, error) {
	had, site := c.find(key)
	if had != nil && time.Since(had.made) <= age {
		return had.document, nil
	}
	result := c.flight.DoChan(fmt.Sprint(site, key), func() (any, error) {
		select {
		case c.queue <- struct{}{}:
			defer func() { <-c.queue }()
		default:
			return nil, errBusy
		}
		ctx, cancel := context.WithTimeout(c.life, renderTime)
		defer cancel()
		select {
		case c.turns <- struct{}{}:
			defer func() { <-c.turns }()
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		d, err := produce(ctx)
		if err == nil {
			c.put(&kept{key, d, time.Now()}, site)
		} else if errors.Is(err, feeds.ErrNotFound) {
			c.drop(key)
		}
		return d, err
	})
	select {
	case r := <-result:
		if r.Err == nil {
			return r.Val.(*document), nil
		}
		if had == nil || errors.Is(r.Err, feeds.ErrNotFound) {
			return nil, r.Err
		}
		return had.document, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (c *cache) find(key string) (had *kept, site int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.held[key]
	if !ok {
		return nil, c.site
	}
	c.order.MoveToFront(e)
	return e.Value.(*kept), c.site
}

// put keeps a document, unless it was asked for before all was forgotten.
func (c *cache) put(k *kept, site int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if site != c.site {
		return
	}
	c.remove(k.key)
	size := k.document.weight
	if size > c.most {
		return
	}
	for c.bytes+size > c.most {
		c.remove(c.order.Back().Value.(*kept).key)
	}
	c.held[k.key] = c.order.PushFront(k)
	c.bytes += size
}

// forget drops everything, and what is being made just now.
func (c *cache) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.site++
	c.bytes = 0
	clear(c.held)
	c.order.Init()
}

func (c *cache) drop(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.remove(key)
}

// remove is called with the lock held.
func (c *cache) remove(key string) {
	if e, ok := c.held[key]; ok {
		delete(c.held, key)
		c.order.Remove(e)
		c.bytes -= e.Value.(*kept).document.weight
	}
}
