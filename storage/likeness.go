package storage

import (
	"math/bits"
	"strings"
)

// likeness is the SimHash of an item's text over runs of three words, or 0 when the text is too short
// to tell it from others (Charikar 2002). It is stored, so the hash function must never change.
func (it *item) likeness() uint64 {
	if it.shingle == 0 {
		text := it.Summary + " " + it.Content
		it.shingle = simhash(words(text[:min(len(text), longestText)]))
	}
	return it.shingle
}

// longestText bounds what is hashed, in bytes: the beginning of an article tells it from others.
const longestText = 1 << 10

const shortestText = 80 // bytes

func simhash(text string) uint64 {
	if len(text) < shortestText {
		return 0
	}
	var sums [64]int
	var a, b uint64
	n := 0
	for w := range strings.FieldsSeq(text) {
		c := fnv64(w)
		if n++; n >= 3 {
			h := mix(a*3 + b*5 + c*7)
			for i := range sums {
				sums[i] += int(h>>i&1)*2 - 1
			}
		}
		a, b = b, c
	}
	var out uint64
	for i, s := range sums {
		if s > 0 {
			out |= 1 << i
		}
	}
	return out
}

func differingBits(a, b uint64) int { return bits.OnesCount64(a ^ b) }

// fnv64 is FNV-1a (https://www.rfc-editor.org/rfc/rfc9923).
func fnv64(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}

// mix spreads a hash over all bits (the finaliser of MurmurHash3).
func mix(h uint64) uint64 {
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	h = (h ^ h>>33) * 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}
