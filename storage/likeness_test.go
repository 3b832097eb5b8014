package storage

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// TestStoredLikeness holds the hash to what databases already have.
func TestStoredLikeness(t *testing.T) {
	text := "mexico pledges humanitarian aid to cuba after the storm that left half of the island without power " +
		"and the government says ships will sail from veracruz on monday"
	for words, want := range map[string]uint64{
		text:                                0x16a2002878115220,
		text + " " + text:                   0x16a2003878115320,
		strings.Repeat("a ", 80):            0x3cbb8af06051b8b1,
		strings.Repeat("a", shortestText-1): 0, // too short to tell
	} {
		if got := simhash(words); got != want {
			t.Errorf("%q: %#x, want %#x", words, got, want)
		}
	}
}

// TestLikenessByDefinition compares the hash with its definition, which counts bit by bit.
func TestLikenessByDefinition(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{20, 254, 255, 256, 257, 258, 600, 2000} {
		var words []string
		for range n {
			words = append(words, strings.Repeat(string(rune('a'+random.IntN(26))), 5+random.IntN(3)))
		}
		var sums [64]int
		for i := range n - 2 {
			h := mix(fnv64(words[i])*3 + fnv64(words[i+1])*5 + fnv64(words[i+2])*7)
			for bit := range sums {
				sums[bit] += int(h>>bit&1)*2 - 1
			}
		}
		var want uint64
		for bit, sum := range sums {
			if sum > 0 {
				want |= 1 << bit
			}
		}
		if got := simhash(strings.Join(words, " ")); got != want {
			t.Errorf("%d words: %#x, want %#x", n, got, want)
		}
	}
}
