package web

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"tributary/feeds"
)

// slow is a store whose pages take their time.
type slow struct{ *memory }

func (s slow) Page(ctx context.Context, q feeds.Query) (feeds.Page, error) {
	if err := sleep(ctx, 20*time.Millisecond); err != nil {
		return feeds.Page{}, err
	}
	return s.memory.Page(ctx, q)
}

// TestManyTopicsThatChangeAllTheTime: those that wait for the end of a second keep no others waiting.
func TestManyTopicsThatChangeAllTheTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, set := newStore(), site()
		set.Topics = nil
		for n := range 30 {
			set.Topics = append(set.Topics, feeds.Topic{ID: fmt.Sprint("t", n), Title: "Topic"})
			store.add(set.Topics[n].ID, "Old")
		}
		s := newServer(slow{store}, set)
		start(t, s)
		time.Sleep(10 * time.Second)
		for range 100 { // ten seconds
			for _, topic := range set.Topics {
				store.add(topic.ID, time.Now().Format(time.TimeOnly))
				s.Changed(topic.ID)
			}
			time.Sleep(100 * time.Millisecond)
		}
		for _, topic := range set.Topics {
			a, body := do(s.Handler(), "GET /topics/"+topic.ID+".json")
			newest, err := time.Parse(time.TimeOnly, titles(t, body)[0])
			if err != nil || a.StatusCode != http.StatusOK {
				t.Errorf("%s: status %d, %v", topic.ID, a.StatusCode, err)
			}
			now, _ := time.Parse(time.TimeOnly, time.Now().Format(time.TimeOnly))
			if late := now.Sub(newest); late > 4*time.Second {
				t.Errorf("%s is %v late", topic.ID, late)
			}
		}
	})
}
