package match

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"tributary/feeds"
	"tributary/feeds/places"
)

// BenchmarkJudge judges full articles of 6 KB against 1,000 topics of 20 terms, a tenth of which are
// about places too, so that the whole gazetteer is looked for. About one
// word in twenty is such a name. The lower bound, measured on the same articles in the same run, is reading their
// words and nothing else.
func BenchmarkJudge(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	dictionary := pseudoWords(rng, 30000)
	var names []string
	for n := range places.Default().Names() {
		if _, err := parsePhrase(n.Text); err == nil && len(n.Text) > 3 {
			names = append(names, n.Text)
		}
	}
	for i := 200; i < len(dictionary); i += 10 {
		dictionary[i] = names[rng.IntN(len(names))]
	}
	articles := make([]*feeds.Article, 40)
	for i := range articles {
		articles[i] = &feeds.Article{
			Title: prosePiece(rng, dictionary, 70), Summary: prosePiece(rng, dictionary, 200),
			Content: prosePiece(rng, dictionary, 6000), Language: "en",
		}
	}
	topics := manyTopics(rng, dictionary, 1000, 20)
	for i := 0; i < len(topics); i += 10 {
		topics[i].Places = &feeds.Places{In: []string{[]string{"latin-america", "africa", "europe", "BR", "asia"}[i/10%5]}}
	}
	set := mustCompile(b, topics...)

	var f fields
	var reading, judging time.Duration
	bytes, words, entries := 0, 0, 0
	b.ReportAllocs()
	runtime.LockOSThread()
	for i := 0; b.Loop(); i++ {
		a := articles[i%len(articles)]
		t0 := processorTime(b)
		f.read(a)
		for k := range fieldNames {
			for s := (scanner{text: f.text(k)}); s.next(); {
				words++
			}
		}
		t1 := processorTime(b)
		entries += len(set.Judge(a))
		reading += t1 - t0
		judging += processorTime(b) - t1
		bytes += len(f.buf)
	}
	n := float64(b.N)
	b.ReportMetric(float64(reading.Nanoseconds())/n, "ns/reading")
	b.ReportMetric(float64(judging.Nanoseconds())/n, "ns/judging")
	b.ReportMetric(float64(judging)/float64(reading), "judging/reading")
	b.ReportMetric(float64(bytes)/1e6/judging.Seconds(), "MB/s")
	b.ReportMetric(float64(words)/n, "words")
	b.ReportMetric(float64(entries)/n, "entries")
}

// processorTime is what this thread has had of the processor: other programs do not count.
func processorTime(b *testing.B) time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		b.Fatal(err)
	}
	return time.Duration(t.Nano())
}

// BenchmarkCompile compiles 10,000 topics of 20 terms and the gazetteer.
func BenchmarkCompile(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	topics := manyTopics(rng, pseudoWords(rng, 30000), 10000, 20)
	for i := 0; i < len(topics); i += 10 {
		topics[i].Places = &feeds.Places{In: []string{"latin-america", "-PR"}}
	}
	for b.Loop() {
		mustCompile(b, topics...)
	}
}

func pseudoWords(rng *rand.Rand, n int) []string {
	syllables := strings.Fields(`ba ca cha cre da del di dor du en er fa fe fi ga ge gri ha is ja jo ka la li lu ma mem mo na
		nu ob om os pa per pla po pre qui ra re ri sa se si tal te ti tra tur u um va ver vi vo wa xa za ción são ça né`)
	known := make(map[string]bool, n)
	words := make([]string, 0, n)
	for len(words) < n {
		word := ""
		for range 2 + rng.IntN(3) {
			word += syllables[rng.IntN(len(syllables))]
		}
		if len(word) > 4 && !known[word] {
			known[word] = true
			words = append(words, word)
		}
	}
	return words
}

// prosePiece is about size bytes of sentences, whose words are as unevenly frequent as in a language.
func prosePiece(rng *rand.Rand, dictionary []string, size int) string {
	zipf := rand.NewZipf(rng, 1.1, 8, uint64(len(dictionary)-1))
	var text strings.Builder
	for text.Len() < size {
		for range 6 + rng.IntN(14) {
			text.WriteString(dictionary[zipf.Uint64()])
			text.WriteString(" ")
		}
		text.WriteString("Fin. ")
	}
	return text.String()
}

// manyTopics makes topics from words that are neither the most frequent nor the rarest.
func manyTopics(rng *rand.Rand, dictionary []string, topics, terms int) []feeds.Topic {
	word := func() string { return dictionary[1000+rng.IntN(len(dictionary)-1000)] }
	out := make([]feeds.Topic, topics)
	for i := range out {
		t := &feeds.Terms{}
		for len(t.Any) < terms {
			text := word()
			switch rng.IntN(10) {
			case 0:
				if !strings.ContainsAny(text, " -.'’") && len(text) > 4 {
					text += "*"
				}
			case 1, 2, 3:
				text += " " + word()
			}
			t.Any = append(t.Any, feeds.Term{Text: text})
		}
		out[i] = feeds.Topic{ID: fmt.Sprint("topic-", i), Terms: t}
	}
	return out
}
