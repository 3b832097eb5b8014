package match

import (
	"strings"
	"testing"

	"tributary/feeds"
)

// TestWorkIsBounded: what is noted of an article, and so what is done with it after its words have
// been read once, does not grow with its length.
func TestWorkIsBounded(t *testing.T) {
	topic := region("", "latin-america")
	topic.Terms = terms("peru", "peru*", "peru peru", "peru NEAR/9 peru", "=Peru", "title:peru")
	topic.Terms.Mask = []string{"peru, chile"}
	topic.Query = "peru NEAR/3 (peru OR chile) NOT /chile peru{2}/"
	set := mustCompile(t, topic)
	counted := func(copies int) (noted int) {
		text := strings.Repeat("Peru peru, Chile lima PERU new mexico ", copies)
		w := set.work(&feeds.Article{Title: text, Summary: text, Content: text, Categories: []string{text, "Peru"}})
		defer set.done(w)
		w.judge(0)
		return len(w.hits) + len(w.findings) + len(w.gaz.all) + len(w.verdict.pieces) + len(w.verdict.masks)
	}
	short, long := counted(200), counted(20000)
	if short == 0 || long != short {
		t.Errorf("%d things are noted of a long text, %d of a shorter one", long, short)
	}
}

func TestPlacesAllocateNothingForOthersArticles(t *testing.T) {
	if raceEnabled {
		t.Skip("under the race detector a pool forgets at random")
	}
	topic := region("", "latin-america")
	topic.Exclude.Categories = []string{"sport"}
	set := mustCompile(t, topic, feeds.Topic{ID: "q", Query: "oil NEAR/3 (gas OR coal) NOT x", Terms: terms("/nothing/", "oil")})
	a := &feeds.Article{
		Title: "Germany and New Mexico; Mark Cuban", Summary: "Lima. peru, oil, Mexican food. A coal mine. " + strings.Repeat("Berlin and Paris. ", 40),
		Language: "en-GB", Source: feeds.Source{URL: "https://example.org/feed", Country: "DE", Assume: []string{"FR"}}, Categories: []string{"World/Sport"},
	}
	if e := set.Judge(a); e != nil {
		t.Fatalf("the article is in a topic: %v", e)
	}
	if n := testing.AllocsPerRun(100, func() { set.Judge(a) }); n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}
