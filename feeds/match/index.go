package match

import (
	"bytes"
	"encoding/binary"
	"hash/maphash"
	"slices"
)

// index finds the phrases of all topics and the names of the gazetteer in one pass over a text: words
// become ids, and the ids walk a trie whose paths are the phrases.
type index struct {
	seed     maphash.Seed
	ids      table      // hash of a folded word, or prefix with its * → id, from 1
	starts   table      // the first four bytes of prefixes → their place in prefixes
	prefixes [][]prefix // the first is of no use
	first    []uint32   // id → the node of the phrases that begin with it; 0 for none
	edges    table      // the trie: where another word leads
	nodes    []node     // the first is of no use, so that 0 says none
	patterns []pattern
}

// prefix is the known beginning of a word.
type prefix struct {
	head, mask uint64 // its first eight bytes, and which of them it has: most others differ there
	text       string
	id         uint32
}

func newPrefix(text string, id uint32) prefix {
	var head, mask [8]byte
	for i := range copy(head[:], text) {
		mask[i] = 0xFF
	}
	return prefix{binary.LittleEndian.Uint64(head[:]), binary.LittleEndian.Uint64(mask[:]), text, id}
}

// edge is the key of a word after a node of the trie, with what separates it from the word before.
func edge(from, word uint32, sep separator) uint64 {
	return uint64(from)<<32 | uint64(word)<<2 | uint64(sep) // a separator takes two bits
}

// node is the end of a path. It is small, since each word of an article visits some.
type node struct {
	pattern uint32 // the last one that the path spells, from 1; see its next
	name    uint32 // the last one in gazetteer.names that the path spells, from 1; see its next
	leads   bool   // to longer phrases
}

// pattern is a phrase, once for all topics that have it.
type pattern struct {
	spelling
	next     uint32 // another one of the same node, from 1
	postings []posting
}

// posting is one topic's use of a pattern.
type posting struct {
	topic, slot uint32  // slot counts in topic.slots
	gain        float64 // what a hit can add to the score of terms.any, but for its field
	fields      fieldSet
}

// seen is a word of a text as far as the index knows it.
type seen struct {
	word
	id       uint32    // 0 when no term has the word
	prefixes [2]uint32 // from, to: the ids of its known prefixes
}

func newIndex() index {
	return index{
		seed:     maphash.MakeSeed(),
		prefixes: make([][]prefix, 1),
		first:    make([]uint32, 1),
		nodes:    make([]node, 1),
	}
}

// known gives the id of a folded word, or of a prefix with its *; 0 for an unknown one. Words are
// told apart by hashes of 64 bits with a secret seed, so that no two are ever alike.
func (x *index) known(word []byte) uint32 { return x.ids.get(maphash.Bytes(x.seed, word)) }

// path gives the node at the end of the phrase, new or known.
func (x *index) path(p phrase) uint32 {
	var at uint32
	for i, w := range p.words {
		at = x.step(at, x.id(w.text, p.prefix && i == len(p.words)-1), w.sep)
	}
	return at
}

// spelling is the capitals that a phrase asks for.
type spelling struct {
	shapes []uint64 // of each word; nil when case does not matter
	mask   uint64   // what of the last shape counts
}

func newSpelling(p phrase) spelling {
	s := spelling{mask: ^uint64(0)}
	if !p.exact {
		return s
	}
	for _, w := range p.words {
		s.shapes = append(s.shapes, w.shape)
	}
	if p.prefix {
		s.mask = 1<<len(p.words[len(p.words)-1].text) - 1
	}
	return s
}

// is says whether the words have the capitals. Where everything is in capitals they say nothing, but
// for dotted acronyms.
func (s *spelling) is(words []seen, mixed bool) bool {
	for i, shape := range s.shapes {
		mask := ^uint64(0)
		if i == len(s.shapes)-1 {
			mask = s.mask
		}
		if !mixed && !words[i].dotted || words[i].shape&mask != shape {
			return false
		}
	}
	return true
}

// add gives the pattern of a phrase, new or known.
func (x *index) add(ph phrase) uint32 {
	at := x.path(ph)
	p := pattern{spelling: newSpelling(ph)}
	for k := x.nodes[at].pattern; k != 0; k = x.patterns[k-1].next {
		if slices.Equal(x.patterns[k-1].shapes, p.shapes) {
			return k - 1
		}
	}
	p.next = x.nodes[at].pattern
	x.patterns = append(x.patterns, p)
	x.nodes[at].pattern = uint32(len(x.patterns))
	return uint32(len(x.patterns) - 1)
}

// post notes that a topic uses the pattern.
func (x *index) post(pattern uint32, p posting) {
	x.patterns[pattern].postings = append(x.patterns[pattern].postings, p)
}

// id gives the id of a folded word, or of a prefix, new or known.
func (x *index) id(text string, isPrefix bool) uint32 {
	name := text
	if isPrefix {
		name += "*"
	}
	hash := maphash.String(x.seed, name)
	if id := x.ids.get(hash); id != 0 {
		return id
	}
	id := uint32(len(x.first))
	x.ids.put(hash, id)
	x.first = append(x.first, 0)
	if isPrefix {
		key := uint64(binary.LittleEndian.Uint32([]byte(text)))
		list := x.starts.get(key)
		if list == 0 {
			list = uint32(len(x.prefixes))
			x.starts.put(key, list)
			x.prefixes = append(x.prefixes, nil)
		}
		x.prefixes[list] = append(x.prefixes[list], newPrefix(text, id))
	}
	return id
}

// step gives the node that a word leads to, new or known; from 0 it leads to the first ones.
func (x *index) step(from, word uint32, sep separator) uint32 {
	to := x.first[word]
	if from != 0 {
		to = x.edges.get(edge(from, word, sep))
	}
	if to != 0 {
		return to
	}
	to = uint32(len(x.nodes))
	x.nodes = append(x.nodes, node{})
	if from == 0 {
		x.first[word] = to
	} else {
		x.edges.put(edge(from, word, sep), to)
		x.nodes[from].leads = true
	}
	return to
}

// read appends the text's words to words, and the ids of their prefixes to ids. It says, too,
// whether case means anything in the text.
func (x *index) read(text []byte, words []seen, ids []uint32) ([]seen, []uint32, bool) {
	s := scanner{text: text}
	for s.next() {
		w := seen{word: s.word}
		folded := s.folded()
		if !s.long {
			w.id = x.known(folded)
		}
		from := uint32(len(ids))
		if len(folded) >= minPrefix && len(x.prefixes) > 1 {
			head := binary.LittleEndian.Uint64(s.fold[:8])
			list := x.prefixes[x.starts.get(uint64(uint32(head)))]
			for i := range list {
				if p := &list[i]; head&p.mask == p.head && bytes.HasPrefix(folded, []byte(p.text)) {
					ids = append(ids, p.id)
				}
			}
		}
		w.prefixes = [2]uint32{from, uint32(len(ids))}
		words = append(words, w)
	}
	return words, ids, s.mixed
}

// walk calls visit for every node that the words lead to from the first on, with their number.
func (x *index) walk(words []seen, visit func(at uint32, n int)) {
	if len(words) == 0 || words[0].id == 0 {
		return
	}
	at := x.first[words[0].id]
	for n := 1; at != 0; n++ {
		visit(at, n)
		if n == len(words) || words[n].sep == broken || words[n].id == 0 {
			return
		}
		at = x.edges.get(edge(at, words[n].id, words[n].sep))
	}
}
