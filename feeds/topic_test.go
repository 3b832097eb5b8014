package feeds

import (
	"encoding/json"
	"slices"
	"testing"
)

// TestEvidenceOfOlderVersions: once evidence was a list of hits.
func TestEvidenceOfOlderVersions(t *testing.T) {
	hit := Hit{Term: "peru", Field: TitleField, Offset: 2, Score: 3}
	for text, want := range map[string]Evidence{
		`[{"term":"peru","field":"title","offset":2,"score":3}]`:                                 {Hits: []Hit{hit}},
		`{"hits":[{"term":"peru","field":"title","offset":2,"score":3}]}`:                        {Hits: []Hit{hit}},
		`{"checks":[{"part":"places","score":3,"threshold":1.5,"share":0.6,"least_share":0.2}]}`: {Checks: []Check{{Part: "places", Score: 3, Threshold: 1.5, Share: .6, LeastShare: .2}}},
		`[]`: {},
		`{"hits":[{"term":"x","offset":0,"score":0,"discarded":"weak"},{"term":"y","offset":0,"score":1}]}`: {Hits: []Hit{{Term: "x", Discarded: "weak"}, {Term: "y", Score: 1}}},
	} {
		var got Evidence
		if err := json.Unmarshal([]byte(text), &got); err != nil || !slices.Equal(got.Hits, want.Hits) || !slices.Equal(got.Checks, want.Checks) {
			t.Errorf("%s: got %+v, %v", text, got, err)
		}
		for h := range got.Counted() {
			if h.Discarded != "" {
				t.Errorf("%v counts", h)
			}
		}
	}
	if err := json.Unmarshal([]byte(`{"hits":3}`), new(Evidence)); err == nil {
		t.Error("a number is evidence")
	}
}
