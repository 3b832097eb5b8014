package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"

	"tributary/feeds"
)

// tally counts what a rule did with labelled items.
type tally struct{ right, wrong, missed int }

func (c *tally) add(got, want bool) {
	switch {
	case got && want:
		c.right++
	case got:
		c.wrong++
	case want:
		c.missed++
	}
}

// f1 is the harmonic mean of precision and recall: 0 when nothing is right.
func (c tally) f1() float64 {
	return float64(2*c.right) / float64(max(1, 2*c.right+c.wrong+c.missed))
}

// String gives the positives, precision, recall and F1.
func (c tally) String() string {
	if c.right+c.missed == 0 {
		return fmt.Sprintf("0 (%d wrong)", c.wrong)
	}
	return fmt.Sprintf("%d: %.3f %.3f %.3f", c.right+c.missed, float64(c.right)/float64(max(1, c.right+c.wrong)),
		float64(c.right)/float64(c.right+c.missed), c.f1())
}

// agreement is how far rules agree with labels, by group ("es") and region.
type agreement map[string]map[string]*tally

// groups are the columns of a report. What is sport counts there alone.
var groups = []string{"all", "en", "es", "pt", "sport"}

// regionJudge has one topic for each region, with a rule of places alone.
func regionJudge(t *testing.T) feeds.Judge {
	t.Helper()
	config := "sources: [{url: https://corpus.invalid/}]\ntopics:\n"
	for _, r := range labelledRegions {
		config += fmt.Sprintf("  - {id: %s, title: %s, places: {in: [%s]}}\n", r, r, r)
	}
	p, err := parsePlan("regions.yaml", []byte(config))
	if err != nil {
		t.Fatal(err)
	}
	return p.crawl.Judge
}

// agree judges the labelled articles of a set and logs the agreement as a table. The items that the
// rules and the labels differ on are logged, too, for a set that is for tuning.
func agree(t *testing.T, set string, labels []label, judge feeds.Judge) agreement {
	t.Helper()
	found := agreement{}
	for _, g := range groups {
		found[g] = map[string]*tally{}
		for _, r := range labelledRegions {
			found[g][r] = &tally{}
		}
	}
	for _, l := range labels {
		if l.set != set {
			continue
		}
		var in []string
		for _, e := range judge(l.article) {
			in = append(in, e.Topic)
		}
		for _, r := range labelledRegions {
			got, want := slices.Contains(in, r), slices.Contains(l.regions, r)
			if l.sport() {
				found["sport"][r].add(got, want)
				continue
			}
			found["all"][r].add(got, want)
			found[l.language][r].add(got, want)
			if got != want && set != "test" {
				t.Logf("%s: %v, not %v: %s: %.100s", r, got, want, l.language, l.article.Title)
			}
		}
	}
	t.Logf("set %s: positives: precision, recall, F1\n%smacro F1 %.3f", set, found, found.macro())
	return found
}

// macro is the mean F1 over the regions.
func (a agreement) macro() (mean float64) {
	for _, c := range a["all"] {
		mean += c.f1() / float64(len(labelledRegions))
	}
	return mean
}

// atLeast fails the test when Latin America's F1, or the mean over all regions, is lower than it once was.
func (a agreement) atLeast(t *testing.T, latinAmerica, macro float64) {
	t.Helper()
	if f1 := a["all"]["latin-america"].f1(); f1 < latinAmerica || a.macro() < macro {
		t.Errorf("F1 is %.3f for Latin America and %.3f in the mean; it was %.2f and %.2f at least", f1, a.macro(), latinAmerica, macro)
	}
}

func (a agreement) String() string {
	var table strings.Builder
	w := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "\t%s\n", strings.Join(groups, "\t"))
	for _, r := range labelledRegions {
		fmt.Fprint(w, r)
		for _, g := range groups {
			fmt.Fprintf(w, "\t%v", a[g][r])
		}
		fmt.Fprintln(w)
	}
	w.Flush()
	return table.String()
}

// TestCorpusLabels judges the labelled items of the corpus that TRIBUTARY_CORPUS names.
func TestCorpusLabels(t *testing.T) {
	dir := os.Getenv("TRIBUTARY_CORPUS")
	if dir == "" {
		t.Skip("SKIPPED: TRIBUTARY_CORPUS names no folder of captured feeds")
	}
	labels := corpusLabels(t)
	join(t, dir, labels)
	judge := regionJudge(t)
	for _, set := range []string{"dev", "test"} {
		agree(t, set, labels, judge).atLeast(t, 0.95, 0.89)
	}
}

// TestWrittenLabels judges what was written for the purpose.
func TestWrittenLabels(t *testing.T) {
	agree(t, "written", writtenLabels(t), regionJudge(t)).atLeast(t, 0.97, 0.96)
}
