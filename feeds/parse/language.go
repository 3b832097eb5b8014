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
	enough = 100  // bytes of text that a guess needs
	sample = 1000 // bytes that it takes
)

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
	if s := title + " " + text; len(s) >= enough {
		if found := whatlanggo.DetectWithOptions(cut(s, sample), detectable); found.IsReliable() {
			if tag := found.Lang.Iso6391(); tag != "" {
				return tag
			}
		}
	}
	return r.canonical(r.doc.Language)
}

// canonical is a language tag in the form of BCP 47; "" for what is none.
func (r *reader) canonical(s string) string {
	if s = languageTag(s); s == "" {
		return ""
	}
	if tag, ok := r.tags[s]; ok {
		return tag
	}
	tag := ""
	if t, err := language.Parse(s); err == nil && t != language.Und {
		tag = t.String()
	}
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
