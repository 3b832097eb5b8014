package storage

import (
	"math"
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
	var ones bitCounts
	var a, b uint64
	n := 0
	for w := range strings.FieldsSeq(text) {
		c := fnv64(w)
		if n++; n >= 3 {
			ones.add(mix(a*3 + b*5 + c*7))
		}
		a, b = b, c
	}
	return ones.majority(max(0, n-2))
}

// bitCounts says of each bit in how many hashes it was set. Eight counts share a word until they might
// overflow: bit i is counted in byte i/8 of lanes[i%8].
type bitCounts struct {
	lanes  [8]uint64
	added  int // since the lanes were emptied
	counts [64]int
}

func (c *bitCounts) add(hash uint64) {
	const lowest = 0x0101010101010101
	for i := range c.lanes {
		c.lanes[i] += hash >> i & lowest
	}
	if c.added++; c.added == math.MaxUint8 {
		c.empty()
	}
}

func (c *bitCounts) empty() {
	for i, lane := range c.lanes {
		for j := range 8 {
			c.counts[8*j+i] += int(lane >> (8 * j) & math.MaxUint8)
		}
		c.lanes[i] = 0
	}
	c.added = 0
}

// majority gives the bits that are set in more than half of n hashes.
func (c *bitCounts) majority(n int) (out uint64) {
	c.empty()
	for i, ones := range c.counts {
		if 2*ones > n {
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
