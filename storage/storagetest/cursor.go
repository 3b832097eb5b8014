package storagetest

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"tributary/feeds"
)

// cursor follows a topic by its sequence numbers while many store visits.
func (f *fixture) cursor() {
	const writers, visits, size = 8, 12, 3
	f.sources = nil
	for i := range writers {
		f.sources = append(f.sources, feeds.Source{URL: fmt.Sprintf("https://w%d.example/feed", i)})
	}
	f.sync()
	leases := f.claim("me")
	var crawl sync.WaitGroup
	for _, l := range leases {
		crawl.Go(func() {
			for v := range visits {
				var articles []feeds.Article
				for i := range size {
					a := article(v*size+i, "peru", "energy")
					a.GUID, a.URL = strings.ReplaceAll(a.GUID, "a.example", l.Host), strings.ReplaceAll(a.URL, "a.example", l.Host)
					a.Title = l.Host + " " + a.Title
					articles = append(articles, a)
				}
				st := l.Due[0]
				st.LastSuccess = time.Now()
				if _, err := f.store.SaveVisit(f.Context(), l, feeds.Visit{At: time.Now(), State: st, Articles: articles}, judge); err != nil {
					f.Error(err)
					return
				}
			}
		})
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		crawl.Wait()
	}()
	var followed []int64
	for last := false; ; {
		after := int64(0)
		if len(followed) > 0 {
			after = followed[len(followed)-1]
		}
		p, err := f.store.Arrivals(f.Context(), feeds.Query{Topic: "peru", Limit: 1000}, after)
		f.ok(err)
		for _, e := range p.Entries {
			followed = append(followed, e.Seq)
		}
		if last {
			break
		}
		select {
		case <-done:
			last = true // whatever is there now is all there will be
		default:
		}
	}
	if len(followed) != writers*visits*size || !slices.IsSorted(followed) || followed[len(followed)-1] != int64(len(followed)) {
		f.Errorf("the cursor saw %d of %d entries, the last with number %d", len(followed), writers*visits*size, followed[len(followed)-1])
	}
}
