package match

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"time"

	"tributary/feeds"
)

// judging is the version of the judgement itself. It grows when the same rule comes to another verdict on
// the same article than before.
const judging = 2

// Fingerprints gives, in the order of the topics, a digest of all that each one's verdicts depend on: its
// rule, the rules of the topics that it includes, and the gazetteer where places count. Ids, titles,
// descriptions, examples and what its documents show are not in it.
func (s *Set) Fingerprints() []string {
	f := fingerprinter{set: s, done: make([]string, len(s.topics))}
	if s.gazetteer != nil {
		f.names = s.gazetteer.digest()
	}
	for i := range s.topics {
		f.topic(uint32(i))
	}
	return f.done
}

type fingerprinter struct {
	set   *Set
	names string
	done  []string // per topic
}

func (f *fingerprinter) topic(i uint32) string {
	if f.done[i] != "" {
		return f.done[i]
	}
	t := &f.set.topics[i]
	parts := struct {
		Judging  int
		Rule     feeds.Topic
		Includes []string
		Names    string
		Sides    []side
	}{Judging: judging, Rule: t.Topic}
	r := &parts.Rule
	r.ID, r.Title, r.Description, r.Topics, r.Examples, r.Rule = "", "", "", nil, feeds.Examples{}, ""
	r.Window, r.Stories, r.Prefer, r.MinSources, r.Formerly = feeds.Window{}, "", nil, 0, nil
	for _, other := range t.includes {
		parts.Includes = append(parts.Includes, f.topic(other))
	}
	if t.places != nil {
		parts.Names, parts.Sides = f.names, t.places.sides
	}
	f.done[i] = digest(parts)
	return f.done[i]
}

// digest stands for all names: every one of them may confirm, hide or outweigh another.
func (g *gazetteer) digest() string {
	var b []byte
	for _, id := range g.places {
		b = append(append(b, id...), 0)
	}
	for n := range g.source.Names() {
		b = append(append(b, n.Text...), 0)
		weak := byte(0)
		if n.Weak {
			weak = 1
		}
		b = append(append(b, n.Place...), 0, byte(n.Kind), byte(n.Case), weak, byte(len(n.Langs)))
		for _, l := range n.Langs {
			b = append(append(b, l...), 0)
		}
		for _, t := range []time.Time{n.From, n.To} {
			b = binary.BigEndian.AppendUint64(b, uint64(t.Unix()))
		}
	}
	return short(b)
}

func short(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:16])
}

func digest(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // cannot happen: texts, finite numbers and times
	}
	return short(text)
}
