package match

import (
	"math/rand/v2"
	"testing"
)

// TestTable compares the table with a map.
func TestTable(t *testing.T) {
	var tab table
	if tab.get(0) != 0 || tab.get(7) != 0 {
		t.Error("an empty table has something")
	}
	rng := rand.New(rand.NewPCG(1, 2))
	want := map[uint64]uint32{}
	for len(want) < 5000 {
		key := rng.Uint64() >> rng.IntN(64) // small keys too, and 0
		if want[key] == 0 {
			want[key] = uint32(1 + len(want))
			tab.put(key, want[key])
		}
		if other := rng.Uint64() >> rng.IntN(64); tab.get(other) != want[other] {
			t.Fatalf("%d: got %d, want %d", other, tab.get(other), want[other])
		}
	}
	for key, value := range want {
		if tab.get(key) != value {
			t.Fatalf("%d: got %d, want %d", key, tab.get(key), value)
		}
	}
}
