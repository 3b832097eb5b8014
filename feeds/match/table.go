package match

import "math/bits"

// table maps numbers to numbers over 0, faster than a map can: the index looks up every word of
// every article in some.
type table struct {
	slots []tableSlot // a power of two, at least half of them free
	shift uint8       // that leaves as many bits of a hash as number the slots
	size  int
}

type tableSlot struct {
	key   uint64
	value uint32 // 0 for a free slot
}

// home is the slot where the search for a key begins (Fibonacci hashing).
func (t *table) home(key uint64) int { return int(key * 0x9E3779B97F4A7C15 >> t.shift) }

// get gives the value of a key; 0 when it has none.
func (t *table) get(key uint64) uint32 {
	if len(t.slots) == 0 {
		return 0
	}
	for i := t.home(key); ; i = (i + 1) & (len(t.slots) - 1) {
		if s := &t.slots[i]; s.key == key || s.value == 0 {
			return s.value
		}
	}
}

// put gives a key, which has none yet, its value.
func (t *table) put(key uint64, value uint32) {
	if 2*(t.size+1) > len(t.slots) {
		t.grow()
	}
	i := t.home(key)
	for t.slots[i].value != 0 {
		i = (i + 1) & (len(t.slots) - 1)
	}
	t.slots[i] = tableSlot{key, value}
	t.size++
}

func (t *table) grow() {
	old := t.slots
	t.slots = make([]tableSlot, max(16, 2*len(old)))
	t.shift = uint8(64 - bits.TrailingZeros(uint(len(t.slots))))
	t.size = 0
	for _, s := range old {
		if s.value != 0 {
			t.put(s.key, s.value)
		}
	}
}
