package match

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"tributary/feeds"
)

// BenchmarkJudge judges full articles of 6 KB against 1,000 topics of 20 terms. Its lower bound,
// measured on the same articles in the same run, is reading their words and nothing else.
func BenchmarkJudge(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	dictionary := pseudoWords(rng, 30000)
	articles := make([]*feeds.Article, 40)
	for i := range articles {
		articles[i] = &feeds.Article{
			Title: prosePiece(rng, dictionary, 70), Summary: prosePiece(rng, dictionary, 200),
			Content: prosePiece(rng, dictionary, 6000), Language: "en",
		}
	}
	set := mustCompile(b, manyTopics(rng, dictionary, 1000, 20)...)

	var f fields
	var reading, judging time.Duration
	bytes, words, entries := 0, 0, 0
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		a := articles[i%len(articles)]
		t0 := time.Now()
		f.read(a)
		for k := range fieldNames {
			for s := (scanner{text: f.text(k)}); s.next(); {
				words++
			}
		}
		t1 := time.Now()
		entries += len(set.Judge(a))
		reading += t1.Sub(t0)
		judging += time.Since(t1)
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
				text += "*"
			case 1, 2, 3:
				text += " " + word()
			}
			t.Any = append(t.Any, feeds.Term{Text: text})
		}
		out[i] = feeds.Topic{ID: fmt.Sprint("topic-", i), Terms: t}
	}
	return out
}

func mustCompile(t testing.TB, topics ...feeds.Topic) *Set {
	t.Helper()
	s, err := Compile(topics)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
