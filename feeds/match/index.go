package match

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// index finds the terms of all topics in one pass over a text: words become ids, and the ids walk a
// trie whose paths are the terms.
type index struct {
	words    map[string]uint32   // folded word, or prefix with its *, → id, from 1
	prefixes map[uint32][]prefix // by their first four bytes
	first    []uint32            // id → the node of the terms that begin with it; 0 for none
	edges    map[edge]uint32     // the trie: where another word leads
	nodes    []node              // the first is of no use, so that 0 says none
	patterns []pattern
}

// prefix is the known beginning of a word.
type prefix struct {
	text string
	id   uint32
}

// edge is a word after a node of the trie, with what separates it from the word before.
type edge uint64

func newEdge(from, word uint32, sep separator) edge {
	return edge(from)<<32 | edge(word)<<2 | edge(sep) // a separator takes two bits
}

// node is the end of a path, and of the patterns that are spelt by it.
type node struct {
	patterns []uint32
	leads    bool // to longer terms
}

// pattern is a term, once for all topics that have it.
type pattern struct {
	shapes   []uint64 // the capitals of each word; nil when case does not matter
	mask     uint64   // what of the last shape counts
	postings []posting
}

// posting is one topic's use of a pattern.
type posting struct {
	topic, term uint32 // term counts in the topic's list
	weight      float64
}

// seen is a word of a text as far as the index knows it.
type seen struct {
	word
	id       uint32    // 0 when no term has the word
	prefixes [2]uint32 // from, to: the ids of its known prefixes
}

func newIndex() index {
	return index{
		words:    make(map[string]uint32),
		prefixes: make(map[uint32][]prefix),
		first:    make([]uint32, 1),
		edges:    make(map[edge]uint32),
		nodes:    make([]node, 1),
	}
}

// add gives the pattern of a term, new or known.
func (x *index) add(t parsed) uint32 {
	var at uint32
	for i, w := range t.words {
		at = x.step(at, x.id(w.text, t.prefix && i == len(t.words)-1), w.sep)
	}
	p := pattern{mask: ^uint64(0)}
	if t.exact {
		for _, w := range t.words {
			p.shapes = append(p.shapes, w.shape)
		}
		if t.prefix {
			p.mask = 1<<len(t.words[len(t.words)-1].text) - 1
		}
	}
	for _, id := range x.nodes[at].patterns {
		if slices.Equal(x.patterns[id].shapes, p.shapes) {
			return id
		}
	}
	id := uint32(len(x.patterns))
	x.patterns = append(x.patterns, p)
	x.nodes[at].patterns = append(x.nodes[at].patterns, id)
	return id
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
	if id, ok := x.words[name]; ok {
		return id
	}
	id := uint32(len(x.first))
	x.first = append(x.first, 0)
	x.words[name] = id
	if isPrefix {
		key := binary.LittleEndian.Uint32([]byte(text))
		x.prefixes[key] = append(x.prefixes[key], prefix{text, id})
	}
	return id
}

// step gives the node that a word leads to, new or known; from 0 it leads to the first ones.
func (x *index) step(from, word uint32, sep separator) uint32 {
	to := x.first[word]
	if from != 0 {
		to = x.edges[newEdge(from, word, sep)]
	}
	if to != 0 {
		return to
	}
	to = uint32(len(x.nodes))
	x.nodes = append(x.nodes, node{})
	if from == 0 {
		x.first[word] = to
	} else {
		x.edges[newEdge(from, word, sep)] = to
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
			w.id = x.words[string(folded)]
		}
		from := uint32(len(ids))
		if len(folded) >= minPrefix && len(x.prefixes) > 0 {
			for _, p := range x.prefixes[binary.LittleEndian.Uint32(folded)] {
				if bytes.HasPrefix(folded, []byte(p.text)) {
					ids = append(ids, p.id)
				}
			}
		}
		w.prefixes = [2]uint32{from, uint32(len(ids))}
		words = append(words, w)
	}
	return words, ids, s.mixed
}
