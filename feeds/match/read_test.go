package match_test

import (
	"slices"
	"testing"

	"tributary/feeds/match"
)

func TestWords(t *testing.T) {
	want := []match.Word{
		{Folded: "sao", Start: 0, End: 4},
		{Folded: "paulo", Start: 5, End: 10, Joined: true},
		{Folded: "us", Start: 12, End: 16},
		{Folded: "oil", Start: 17, End: 20, Joined: true},
	}
	if got := slices.Collect(match.Words("São Paulo. U.S. oil")); !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
}
