package parse

import (
	"strings"

	"github.com/abadojack/whatlanggo"
	"golang.org/x/text/language"
)

// detectable are the languages among which an undeclared one is looked for. More of them make the
// guess worse, not better.
var detectable = whatlanggo.Options{Whitelist: map[whatlanggo.Lang]bool{
	whatlanggo.Eng: true, whatlanggo.Spa: true, whatlanggo.Por: true, whatlanggo.Fra: true, whatlanggo.Deu: true, whatlanggo.Ita: true,
}}

const (
	enough = 100 // bytes of text that a guess needs
	sample = 600 // bytes that it takes
)

// small are the commonest small words of the detectable languages.
var small = func() map[string][]string {
	m := map[string][]string{}
	for tag, words := range map[string]string{
		"en": "the of and to is was for that with by from are this has have his they which it",
		"es": "el los las y del una un por con para su al es lo más pero fue está también sobre en se que",
		"pt": "o os as não uma um em do da dos das pelo pela ao à são é foi com no na nos mais para por que se",
		"fr": "le les des et du une un est dans pour au aux qui que sur pas avec ce cette par il en",
		"de": "der die das und ist nicht mit für den von ein eine im auf des dem zu sich hat als",
		"it": "il gli di che della per una un nel è del con dei alla sono non da le si dal",
	} {
		for w := range strings.FieldsSeq(words) {
			m[w] = append(m[w], tag)
		}
	}
	return m
}()

// DetectLanguage tells the language of a text, as BCP 47, for those who have no document; "" when the
// text is short or shows none clearly.
func DetectLanguage(s string) string {
	if len(s) < enough {
		return ""
	}
	return detect(s)
}

// detect tells the language of a text; "" when it shows none clearly. Where a fifth of the words are
// small ones of one language, and hardly of another, they settle it; the rest goes by trigrams, which
// take a hundred times as long.
func detect(s string) string {
	s = cut(s, sample)
	hits, words := map[string]int{}, 0
	for w := range strings.FieldsSeq(strings.ToLower(s)) {
		words++
		for _, tag := range small[strings.Trim(w, ".,;:!?\"'()«»“”")] {
			hits[tag]++
		}
	}
	best, second, tag := 0, 0, ""
	for t, n := range hits {
		if n > best || n == best && t < tag {
			best, second, tag = n, best, t
		} else {
			second = max(second, n)
		}
	}
	if best >= 5 && best*5 >= words && best*2 >= second*3 {
		return tag
	}
	if found := whatlanggo.DetectWithOptions(s, detectable); found.IsReliable() {
		return found.Lang.Iso6391()
	}
	return ""
}

// articleLanguage is what the item declares, else what the feed declares, else what the text shows,
// else what the source is known for.
func (r *reader) articleLanguage(d draft, title, text string) string {
	declared := d.language
	for _, m := range append(append(d.contents, d.summaries...), d.title) {
		declared = append(declared, m.lang)
	}
	for _, s := range append(declared, d.inherited, r.feed.Language) {
		if tag := r.canonical(s); tag != "" {
			return tag
		}
	}
	if tag := DetectLanguage(title + " " + text); tag != "" {
		return tag
	}
	return r.canonical(r.doc.Language)
}

// CanonicalLanguage is a language tag in the form of BCP 47: es for spa, pt-BR for pt_br; "" for what is
// none.
func CanonicalLanguage(s string) string {
	if tag, err := language.Parse(languageTag(s)); err == nil && tag != language.Und {
		return tag.String()
	}
	return ""
}

// canonical is CanonicalLanguage, each worked out once.
func (r *reader) canonical(s string) string {
	if s = languageTag(s); s == "" {
		return ""
	}
	if tag, ok := r.tags[s]; ok {
		return tag
	}
	tag := CanonicalLanguage(s)
	if r.tags == nil {
		r.tags = map[string]string{}
	}
	r.tags[s] = tag
	return tag
}

// languageTag is what a feed calls its language, with hyphens.
func languageTag(s string) string {
	return strings.ReplaceAll(limit(line(s), 64), "_", "-")
}
