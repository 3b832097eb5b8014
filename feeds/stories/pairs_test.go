package stories_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tributary/feeds"
	"tributary/feeds/stories"
)

// wire is a text that newsrooms print as it comes.
const wire = "<p>The Panama Canal Authority will let thirty-six ships a day cross from January after rains filled Gatun Lake, it said on Wednesday,</p> " +
	"<p>easing a bottleneck that had raised the cost of shipping between Asia &amp; the east coast of the Americas for more than a year.</p>"

// primed gives an index that remembers much else, so that it knows which words are common.
func primed() *stories.Index {
	x := newIndex()
	for _, a := range crowd(1200, 3) {
		a.Published, a.Seen = start, start
		x.Tell(a)
	}
	return x
}

// TestPairs says of pairs of articles that differ in one thing whether they tell one event, before and after a
// restart in between.
func TestPairs(t *testing.T) {
	const quake, lead = "Magnitude 6.1 earthquake strikes near the coast of Peru", "A strong earthquake shook several towns, the geophysical institute said."
	type item struct {
		title, summary, content string
		published, seen         time.Duration
	}
	for _, test := range []struct {
		what string
		a, b item
		same bool
	}{
		{"the same words", item{title: quake, summary: lead}, item{title: quake, summary: lead}, true},
		{"other accents, case and endings", item{title: "Elección en Perú: Castañeda GANA la presidencia"}, item{title: "Elecciones: castaneda gana presidencia en Peru"}, true},
		{"another country", item{title: quake, summary: lead},
			item{title: strings.Replace(quake, "Peru", "Ecuador", 1), summary: lead}, false},
		{"a country by two names", item{title: quake, summary: lead},
			item{title: "Magnitude 6.1 earthquake strikes near the Peruvian coast", summary: lead}, true},
		{"a number alone", item{title: "Peru earthquake diary, part 6", summary: lead}, item{title: "Peru earthquake diary, part 7", summary: lead}, false},
		{"a number, and more", item{title: "Dam burst in Itabirito kills 6, firefighters say"}, item{title: "Itabirito dam burst: firefighters find 9 dead near mine"}, true},
		{"two words", item{title: "Earthquake diary from Arequipa"}, item{title: "Arequipa earthquake"}, false},
		{"published long before", item{title: quake, summary: lead, published: -100 * time.Hour}, item{title: quake, summary: lead}, false},
		{"both published long before", item{title: quake, summary: lead, published: -100 * time.Hour}, item{title: quake, summary: lead, published: -99 * time.Hour}, true},
		{"half of the words, in an hour", item{title: "Firefighters search Itabirito mine", summary: "Rescuers dig."}, item{title: "Itabirito mine: firefighters found survivors overnight", published: time.Hour, seen: time.Hour}, true},
		{"half of the words, in three days", item{title: "Firefighters search Itabirito mine", summary: "Rescuers dig."}, item{title: "Itabirito mine: firefighters found survivors overnight", published: 70 * time.Hour, seen: 70 * time.Hour}, false},
		{"a text under another headline", item{title: "Panama Canal raises daily crossings", summary: "Drought eases, freight rates fall", content: wire},
			item{title: "More ships for Panama as Gatun Lake fills", summary: "Good news for exporters in Callao, Guayaquil and Valparaiso", content: wire}, true},
		{"another text", item{title: "Panama Canal raises daily crossings", summary: "Drought eases, freight rates fall"},
			item{title: "More ships for Panama as Gatun Lake fills", summary: "Good news for exporters in Callao, Guayaquil and Valparaiso"}, false},
		{"nothing but a text", item{title: "Morning briefing", content: wire}, item{title: "Evening edition", content: wire}, false},
	} {
		make := func(source string, it item) *feeds.Article {
			a := report(source, it.seen, it.title, it.summary)
			a.Published, a.Content = start.Add(it.published), it.content
			return a
		}
		x, y := primed(), primed()
		first, _ := x.Tell(make("a", test.a))
		y.Remember(first)
		for _, index := range []*stories.Index{x, y} {
			second, ok := index.Tell(make("b", test.b))
			if same := second.Story == first.Story; !ok || same != test.same {
				t.Errorf("%s: one story %v, want %v (after a restart: %v)", test.what, same, test.same, index == y)
			}
		}
	}
}

// TestForeignSignature: a signature of another form is like nothing.
func TestForeignSignature(t *testing.T) {
	x := newIndex()
	a, _ := x.Tell(report("a", 0, "Dam bursts in Itabirito", "Firefighters search for the missing"))
	a.Signature[0]++
	y := newIndex()
	y.Remember(a)
	if b, _ := y.Tell(report("b", 0, "Dam bursts in Itabirito", "Firefighters search for the missing")); b.Story != b.ID {
		t.Errorf("placed in %s", b.Story)
	}
}

// TestStoryEnds: nobody joins a story whose first article is forgotten, also not after a restart.
func TestStoryEnds(t *testing.T) {
	x := newIndex()
	tell := func(source string, hours time.Duration) feeds.Told {
		told, _ := x.Tell(report(source, hours*time.Hour, "Dam bursts in Itabirito", "Firefighters search for the missing"))
		return told
	}
	a, b := tell("a", 0), tell("b", 40)
	y := newIndex()
	if b.Story != a.ID {
		t.Fatal("the second does not join: the test shows nothing")
	}
	c := tell("c", 80)
	y.Remember(b)
	again, _ := y.Tell(report("c", 80*time.Hour, "Dam bursts in Itabirito", "Firefighters search for the missing"))
	if c.Story != c.ID || again.Story != again.ID || x.Forgotten() != 1 {
		t.Errorf("placed in %s, and in %s after a restart", c.Story, again.Story)
	}
	if d := tell("d", 81); d.Story != c.ID {
		t.Errorf("the next is placed in %s", d.Story)
	}
}

// TestBoilerplate: what the articles of a source have in common, in their titles or texts, makes no story with
// those of another source that has it, too.
func TestBoilerplate(t *testing.T) {
	for _, test := range []struct{ what, title, content string }{
		{"titles", "%s | Channel Thirteen Evening Journal Lima", ""},
		{"texts", "%s | Evening Journal", "<p>Subscribe to our channel for breaking headlines, live coverage of the capital and exclusive interviews with the anchors of the evening programme, every weekday at eight.</p>"},
	} {
		x := primed()
		subject := 0
		tell := func(source string, hour int) feeds.Told {
			subject++
			title := fmt.Sprintf("x%dqa x%dqb x%dqc", subject, subject, subject)
			a := report(source, time.Duration(hour)*time.Hour, fmt.Sprintf(test.title, title), "")
			a.Content = test.content
			told, _ := x.Tell(a)
			return told
		}
		for hour := range 8 {
			tell("tv one", hour)
		}
		for hour := range 8 {
			if told := tell("tv two", 8+hour); hour > 0 && told.Story != told.ID {
				t.Errorf("%s: %q joins %q", test.what, told.ID, told.Story)
			}
		}
	}
}
