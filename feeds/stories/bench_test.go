package stories_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"tributary/feeds"
)

// flow makes n articles as newsrooms write them in length and in how common their words are, by 500 sources in
// three days. Every tenth tells an event of the hour again.
func flow(n int) []*feeds.Article {
	dice := rand.New(rand.NewPCG(1, 2))
	zipf := rand.NewZipf(dice, 1.1, 20, 200_000)
	text := func(words int) string {
		var b strings.Builder
		for range words {
			fmt.Fprintf(&b, "w%xq ", zipf.Uint64()*7919)
		}
		return b.String()
	}
	list := make([]*feeds.Article, 0, n)
	for i := range n {
		a := report(fmt.Sprint("source", dice.IntN(500)), 72*time.Hour*time.Duration(i)/time.Duration(n), text(9), text(30))
		a.ID, a.Content = fmt.Sprintf("%026d", i), "<p>"+text(250)+"</p>"
		if i%10 == 9 {
			event := list[max(0, i-1-dice.IntN(n/72+1))]
			a.Title, a.Summary = event.Title+text(1), event.Summary+text(5)
		}
		list = append(list, a)
	}
	return list
}

// BenchmarkTell places an article while the last 30,000 are remembered.
func BenchmarkTell(b *testing.B) {
	const remembered = 30_000
	list := flow(remembered)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	x := newIndex()
	for _, a := range list {
		x.Tell(a)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	joined, n := 0, 0
	b.ReportAllocs()
	for b.Loop() {
		a := *list[n%remembered]
		a.ID = fmt.Sprintf("%026d", remembered+n)
		a.Seen = a.Seen.Add(72 * time.Hour * time.Duration(1+n/remembered))
		a.Published = a.Seen
		if told, _ := x.Tell(&a); told.Story != told.ID {
			joined++
		}
		n++
	}
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/remembered, "B/remembered")
	b.ReportMetric(float64(joined)/float64(n), "joined/op")
}
