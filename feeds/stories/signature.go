package stories

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"

	"tributary/feeds"
)

// How much of an article is compared.
const (
	titleWords = 24
	leadWords  = 40  // of the summary, or of the content when there is none
	textWords  = 300 // of the content, or of the summary when there is none
	shingle    = 3   // words
	bins       = 32
	leastBins  = 16 // with something in them, of texts that can be compared
)

// term is a word of an article.
type term struct {
	hash   uint32 // its two lowest bits are 0
	weight uint8  // how much it told of the event when the article came: 100 for a word of the title that few others had
	title  bool
	number bool
}

// The lowest bits of a stored hash.
const (
	titleBit  = 1
	numberBit = 2
)

// leadWeight is what a word of the lead counts beside one of the title.
const leadWeight = 0.5

// few is the least weight of a word of a title that few others have.
const few = 30

func (t term) telling() bool { return t.weight >= few || !t.title && t.weight >= few*leadWeight }

// signature is what of an article others are compared with.
type signature struct {
	terms     []term       // each once, in the order of hashes
	text      [bins]uint16 // one-permutation MinHash of the text's shingles (Li, Owen and Zhang 2012)
	full      int          // bins with something in them
	countries []uint16     // that the title names
	norm      float64
}

const emptyBin = math.MaxUint16

// sign makes an article's signature, whose terms have no weight yet.
func (x *Index) sign(a *feeds.Article) signature {
	var sig signature
	lead, text := scanner{text: a.Summary}, scanner{text: a.Content, markup: true}
	if a.Summary == "" {
		lead = text
	}
	if a.Content == "" {
		text = scanner{text: a.Summary}
	}
	sig.terms = make([]term, 0, titleWords+leadWords)
	x.words = sig.add(x.words[:0], &scanner{text: a.Title}, titleWords, true)
	sig.countries = x.places.find(x.words, nil)
	x.words = sig.add(x.words[:0], &lead, leadWords, false)
	slices.SortFunc(sig.terms, func(a, b term) int {
		switch {
		case a.hash != b.hash:
			return cmp.Compare(a.hash, b.hash)
		case a.title:
			return -1
		}
		return 1
	})
	sig.terms = slices.Clone(slices.CompactFunc(sig.terms, func(a, b term) bool { return a.hash == b.hash }))
	sig.minhash(&text)
	return sig
}

// add collects the words that tell something among the first n, and gives all of those.
func (sig *signature) add(words []uint64, s *scanner, n int, title bool) []uint64 {
	for len(words) < n && s.next() {
		words = append(words, s.hash)
		if h := termHash(s.hash); (s.runes > 1 || s.number) && !common[h] {
			sig.terms = append(sig.terms, term{hash: h, title: title, number: s.number})
		}
	}
	return words
}

func termHash(h uint64) uint32 { return uint32(h>>32^h) &^ (titleBit | numberBit) }

func (sig *signature) minhash(s *scanner) {
	var least [bins]uint32
	for i := range least {
		least[i] = math.MaxUint32
	}
	var a, b uint64
	for n := 1; n <= textWords && s.next(); n++ {
		if n >= shingle {
			h := mix(a*3 + b*5 + s.hash*7)
			least[h%bins] = min(least[h%bins], uint32(h>>32))
		}
		a, b = b, s.hash
	}
	for i, h := range least {
		sig.text[i] = emptyBin
		if h != math.MaxUint32 {
			sig.text[i] = uint16(h % emptyBin)
			sig.full++
		}
	}
	if sig.full < leastBins {
		sig.forgetText()
	}
}

// forgetText leaves a text out of comparisons.
func (sig *signature) forgetText() {
	sig.full = 0
	for i := range sig.text {
		sig.text[i] = emptyBin
	}
}

// mix spreads a hash over all bits (the finaliser of MurmurHash3).
func mix(h uint64) uint64 {
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	h = (h ^ h>>33) * 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

// resemblance estimates which part of two texts' shingles both have; 0 where a text is too short to tell.
func (sig *signature) resemblance(other *signature) float64 {
	if sig.full == 0 || other.full == 0 {
		return 0
	}
	same, some := 0, 0
	for i, h := range sig.text {
		if h != emptyBin || other.text[i] != emptyBin {
			some++
			if h == other.text[i] {
				same++
			}
		}
	}
	return float64(same) / float64(some)
}

// length computes what scalar products are divided by.
func (sig *signature) length() {
	sum := 0
	for _, t := range sig.terms {
		sum += int(t.weight) * int(t.weight)
	}
	sig.norm = math.Sqrt(float64(sum))
}

// signatureForm names what stands in the bytes of a signature and how it was made. Those of another form are
// like nothing.
const signatureForm = 1

// bytes is the signature as it is stored.
func (sig *signature) bytes() []byte {
	b := make([]byte, 0, 2+2*bins+2*len(sig.countries)+5*len(sig.terms))
	b = append(b, signatureForm, byte(len(sig.countries)))
	for _, c := range sig.countries {
		b = binary.LittleEndian.AppendUint16(b, c)
	}
	for _, h := range sig.text {
		b = binary.LittleEndian.AppendUint16(b, h)
	}
	for _, t := range sig.terms {
		h := t.hash
		if t.title {
			h |= titleBit
		}
		if t.number {
			h |= numberBit
		}
		b = append(binary.LittleEndian.AppendUint32(b, h), t.weight)
	}
	return b
}

func readSignature(b []byte) (sig signature) {
	sig.forgetText()
	if len(b) < 2 || b[0] != signatureForm || len(b) < 2+2*int(b[1])+2*bins {
		return sig
	}
	countries := int(b[1])
	for b = b[2:]; countries > 0; countries-- {
		sig.countries = append(sig.countries, binary.LittleEndian.Uint16(b))
		b = b[2:]
	}
	for i := range sig.text {
		if sig.text[i] = binary.LittleEndian.Uint16(b[2*i:]); sig.text[i] != emptyBin {
			sig.full++
		}
	}
	sig.terms = make([]term, 0, len(b)/5)
	for b = b[2*bins:]; len(b) >= 5; b = b[5:] {
		h := binary.LittleEndian.Uint32(b)
		sig.terms = append(sig.terms, term{hash: h &^ (titleBit | numberBit), title: h&titleBit != 0, number: h&numberBit != 0, weight: b[4]})
	}
	sig.length()
	return sig
}
