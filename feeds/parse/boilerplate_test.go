package parse

import (
	"slices"
	"strings"
	"testing"
)

func TestDropBoilerplate(t *testing.T) {
	const a = `<p>The council met on Monday.</p>`
	for _, s := range []string{
		`<p>The post <a href="http://e.org/">X</a> appeared first on <a href="http://e.org/">Y</a>.</p>`,
		`<p>La entrada <a href="http://e.org/">X</a> se publicó primero en <a href="http://e.org/">Y</a>.</p>`,
		`<p>La entrada X aparece primero en Y.</p>`, `<p>El cargo X apareció primero en Y.</p>`,
		`<p>O post X apareceu primeiro em Y.</p>`, `<p>L’article X est apparu en premier sur Y.</p>`, `<p>Der Beitrag X erschien zuerst auf Y.</p>`,
		`<p>Read more</p>`, `<p><a href="http://e.org/">Read more »</a></p>`, `<a href="http://e.org/">Continue reading <span>The council</span> →</a>`,
		`<p><a href="http://e.org/">Leer más</a></p>`, `<p>Seguir leyendo…</p>`, `<div><a href="http://e.org/">Leia mais</a></div>`, `<p>Continue lendo</p>`,
		`<p>Lea también: <a href="http://e.org/">Another story of that day</a></p>`, `<p><b>Leia também:</b> <a href="http://e.org/">Another</a></p>`,
		`<h3>Te puede interesar</h3>`, `<h4>Related posts:</h4>`, `<p>Notícias relacionadas</p>`,
		`<p>Share this: <a href="http://e.org/f">Facebook</a> <a href="http://e.org/t">Twitter</a></p>`, `<p>Compartir en Facebook | WhatsApp | Telegram</p>`,
		`<p>Compartilhe: Facebook Twitter</p>`, `<div>Tweet</div>`,
		`<h3>Leave a Reply</h3>`, `<p>0 Comments</p>`, `<p>No Comments on <a href="http://e.org/">X and Y</a></p>`, `<p>O conteúdo X aparece primeiro em Y.</p>`, `<p>Deja un comentario</p>`, `<p>Deixe um comentário</p>`,
		`<p>Sign up for our newsletter and never miss a story.</p>`, `<p>Suscríbete a nuestro boletín diario</p>`, `<p>Assine nossa newsletter</p>`,
		`<p>Síguenos en WhatsApp y recibe las noticias</p>`, `<p>Follow us on X</p>`,
		`<ul><li><a href="http://e.org/1">One story</a></li><li><a href="http://e.org/2">Another story</a></li><li><a href="http://e.org/3">A third</a></li></ul>`,
		`<hr/><p>Advertisement</p>`,
	} {
		tree := build(a+s, scope{})
		dropBoilerplate(tree)
		if got := strings.TrimSuffix(render(tree), "<hr/>"); got != a {
			t.Errorf("%s\nleaves %s", s, got)
		}
	}
	for _, s := range []string{
		`<p>Read more books, said the minister, and you will understand the council and its decisions about the harbour.</p>`,
		`<p>Compartir vivienda es cada vez más común entre los jóvenes de la capital.</p>`,
		`<p>Leer más de diez libros al año es raro.</p>`,
		`<p>The post office appeared to be closed.</p>`,
		`<p>La entrada al estadio cuesta diez pesos.</p>`,
		`<p>Comments by the minister caused a stir.</p>`,
		`<p>Related to this is the question of money, which nobody wants to answer.</p>`,
		`<p>See <a href="http://e.org/">the report</a>.</p>`,
		`<ul><li><a href="http://e.org/1">One</a>, which is long and explains itself</li><li>two</li><li>three</li></ul>`,
		`<p>X</p>`,
		`<p>The post office in Lima appeared first on the list of closures.</p>`,
		`<p>No comments were made by the ministry after the raid on Tuesday.</p>`,
		`<p>Sin comentarios se quedó el ministro tras la votación.</p>`,
		`<p>Sign up for free health checks at the clinic on Monday, the city says.</p>`,
	} {
		tree := build(a+s, scope{})
		want := render(tree)
		dropBoilerplate(tree)
		if got := render(tree); got != want {
			t.Errorf("%s\nleaves %s", s, got)
		}
	}
}

func TestTrimTeaser(t *testing.T) {
	for in, want := range map[string]string{
		"A full sentence.":                               "A full sentence.",
		"It goes on […]":                                 "It goes on…",
		"It goes on [...] Read more":                     "It goes on…",
		"It goes on... Leer más »":                       "It goes on…",
		"It ends. [&hellip;]":                            "It ends. [&hellip;]",
		"It ends. […]":                                   "It ends.",
		"One. The post X appeared first on Y.":           "One.",
		"Uno. La entrada X se publicó primero en Y.":     "Uno.",
		"Um. O post X apareceu primeiro em Y.":           "Um.",
		"Un. L’article X est apparu en premier sur Y.":   "Un.",
		"It appeared first on Monday.":                   "It appeared first on Monday.",
		"Of all, the post in Lima appeared first on it.": "Of all, the post in Lima appeared first on it.",
	} {
		if got := trimTeaser(in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}

func TestSummarise(t *testing.T) {
	sentence := "The council of the coast agreed on Monday to rebuild the harbour wall. "
	s := summarise(strings.TrimSpace(strings.Repeat(sentence, 20)))
	if len(s) > maxSummary || len(s) < maxSummary/2 || !strings.HasSuffix(s, "wall.") {
		t.Errorf("sentences: %q", s)
	}
	s = summarise(strings.TrimSpace(strings.Repeat("palabra, ", 200)))
	if len(s) > maxSummary+3 || !strings.HasSuffix(s, "palabra…") {
		t.Errorf("words: %q", s)
	}
	s = summarise(strings.Repeat("ñ", 1000))
	if len(s) > maxSummary+3 || strings.Trim(s, "ñ") != "…" {
		t.Errorf("no words: %q", s)
	}
	if s = summarise("Short."); s != "Short." {
		t.Errorf("short: %q", s)
	}
}

// TestCreditWords holds the short cut to what it stands for.
func TestCreditWords(t *testing.T) {
	for _, list := range credits {
		for _, c := range list {
			if !slices.ContainsFunc(creditWords, func(w string) bool { return strings.Contains(c[1], w) }) {
				t.Errorf("%q has none of %q", c[1], creditWords)
			}
		}
	}
}
