package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// TestTheQueueEnds: whoever asks when very many wait is refused at once, unless there is something to show.
func TestTheQueueEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		made := newDocument([]byte("made"), time.Time{}, http.Header{}, http.Header{})
		produce := func(context.Context) (*document, error) { return made, nil }
		c := newCache(t.Context(), mostMade, 1)
		if _, err := c.get(t.Context(), "known", 0, produce); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		c.turns <- struct{}{}
		gone, leave := context.WithCancel(t.Context())
		leave() // clients that do not wait for an answer
		for n := range mostWaiting {
			if _, err := c.get(gone, fmt.Sprint(n), 0, produce); !errors.Is(err, context.Canceled) {
				t.Fatalf("client %d: %v", n, err)
			}
		}
		synctest.Wait()
		if _, err := c.get(t.Context(), "one more", 0, produce); !errors.Is(err, errBusy) {
			t.Errorf("one more: %v", err)
		}
		if d, err := c.get(t.Context(), "known", 0, produce); d != made || err != nil {
			t.Errorf("what was made before: %v", err)
		}
		<-c.turns
		synctest.Wait()
		if _, err := c.get(t.Context(), "one more", 0, produce); err != nil {
			t.Errorf("after the rush: %v", err)
		}
	})
}
