package parse

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestSmoke(t *testing.T) {
	fs, _ := filepath.Glob("/work/shared/corpus/real/*")
	bad := 0
	n := 0
	items := 0
	t0 := time.Now()
	for _, f := range fs {
		if strings.HasSuffix(f, ".csv") {
			continue
		}
		b, _ := os.ReadFile(f)
		n++
		t1 := time.Now()
		d, err := Parse(Document{URL: "https://e.org/feed", Body: b, Now: time.Now()})
		if dt := time.Since(t1); dt > 200*time.Millisecond {
			fmt.Println("slow", f, dt)
		}
		if err != nil {
			bad++
			fmt.Println(filepath.Base(f), err)
			continue
		}
		if len(d.Articles) == 0 {
			fmt.Println("no items", filepath.Base(f))
		}
		items += len(d.Articles)
	}
	fmt.Println(n, bad, items, time.Since(t0))
}
