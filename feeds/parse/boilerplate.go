package parse

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// maxBoilerplate is the longest block that may be boilerplate, in bytes.
const maxBoilerplate = 300

// dropBoilerplate removes what content systems add to every article: where it appeared first, links
// to read on, bars to share it, requests to comment or subscribe, and lists of other articles at the
// end.
func dropBoilerplate(root *html.Node) {
	dropBlocks(root)
	dropTail(root)
	prune(root)
}

// dropBlocks removes the innermost blocks that are boilerplate. It says whether n holds blocks.
func dropBlocks(n *html.Node) (holds bool) {
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		if c.Type == html.ElementNode && policies[c.Data].block && c.Data != "hr" {
			holds = true
			if !dropBlocks(c) && boilerplate(c) {
				n.RemoveChild(c)
			}
		}
		c = next
	}
	return holds
}

// dropTail removes links to read on and lists of links from the end of a text.
func dropTail(n *html.Node) {
	for {
		last := n.LastChild
		for last != nil && (blank(last) || tagName(last) == "hr") {
			last = last.PrevSibling
		}
		if last == nil || last.Type != html.ElementNode {
			return
		}
		if !(last.Data == "a" && boilerplate(last)) && !linkList(last) {
			dropTailInside(last)
			return
		}
		for c := n.LastChild; c != last; c = n.LastChild {
			n.RemoveChild(c)
		}
		n.RemoveChild(last)
	}
}

func dropTailInside(n *html.Node) {
	switch n.Data {
	case "p", "div", "span":
		dropTail(n)
	}
}

// linkList says whether a list has nothing but links, and several of them.
func linkList(n *html.Node) bool {
	if n.Data != "ul" && n.Data != "ol" && n.Data != "div" {
		return false
	}
	links := 0
	for c := range n.Descendants() {
		switch tagName(c) {
		case "a":
			links++
		case "img", "p", "pre", "table":
			return false
		}
	}
	return links >= 3 && linked(n) > 0.85
}

// linked is the part of an element's text that stands in links.
func linked(n *html.Node) float64 {
	if n.Data == "a" {
		return 1
	}
	inLinks := 0
	for c := range n.Descendants() {
		if tagName(c) == "a" {
			inLinks += len(strings.TrimSpace(textOf(c)))
		}
	}
	all := len(line(textOf(n)))
	if all == 0 {
		return 0
	}
	return float64(inLinks) / float64(all)
}

// boilerplate says whether a block is nothing that the writer of the article wrote.
func boilerplate(n *html.Node) bool {
	var b strings.Builder
	appendText(&b, n, nil, maxBoilerplate+1)
	if b.Len() > maxBoilerplate || !mayBeBoilerplate(b.String()) {
		return false
	}
	s := foldLine(b.String())
	if credit(line(b.String())) || shareBar(s) {
		return true
	}
	rest, kind := teaser(s)
	switch kind {
	case request:
		return true
	case invitation:
		return len(rest) <= 12 || linked(n) > 0.5 || strings.HasPrefix(rest, ":") && len(rest) < 120
	}
	return false
}

// mayBeBoilerplate looks at the first word, which spares most paragraphs the rest.
func mayBeBoilerplate(s string) bool {
	const enough = 64 // bytes: no list has a word as long
	word, _, _ := strings.Cut(foldLine(cut(strings.TrimSpace(s), enough)), " ")
	if word == "" {
		return false
	}
	network := strings.Trim(word, ":,.()")
	return credits[word] != nil || network == "" || networks[network] || teasers[strings.Trim(word, ":,.!»›→")] != nil
}

// foldLine is a line in lower case with plain apostrophes.
func foldLine(s string) string {
	return strings.ReplaceAll(strings.ToLower(line(s)), "’", "'")
}

// credits are how content systems say where an article appeared first: how the sentence begins, and
// what it goes on with.
var credits = map[string][][2]string{
	"the": {{"the post ", " appeared first on "}, {"the article ", " appeared first on "}, {"the post ", " first appeared on "}},
	"la": {
		{"la entrada ", " se publicó primero en "}, {"la entrada ", " apareció primero en "}, {"la entrada ", " aparece primero en "},
		{"la noticia ", " se publicó primero en "}, {"la publicación ", " apareció primero en "}, {"la nota ", " apareció primero en "},
	},
	"el": {{"el cargo ", " apareció primero en "}, {"el artículo ", " se publicó primero en "}, {"el artículo ", " apareció primero en "}},
	"o": {{"o post ", " apareceu primeiro em "}, {"o artigo ", " apareceu primeiro em "}, {"o conteúdo ", " apareceu primeiro em "}, {"o post ", " apareceu primeiro no "},
		{"o post ", " aparece primeiro em "}, {"o conteúdo ", " aparece primeiro em "}},
	"a":          {{"a notícia ", " apareceu primeiro em "}, {"a matéria ", " apareceu primeiro em "}},
	"l'article":  {{"l'article ", " est apparu en premier sur "}},
	"der":        {{"der beitrag ", " erschien zuerst auf "}},
	"l'articolo": {{"l'articolo ", " proviene da "}, {"l'articolo ", " sembra essere il primo su "}},
}

// creditWords are parts of words of which each credit has one.
var creditWords = []string{"first", "prim", "premier", "zuerst", "proviene"}

// credit says whether a line tells where the article appeared first.
func credit(s string) bool {
	s = strings.ReplaceAll(s, "’", "'")
	folded := strings.ToLower(s)
	word, _, _ := strings.Cut(folded, " ")
	for _, c := range credits[word] {
		if strings.HasPrefix(folded, c[0]) && strings.Contains(folded, c[1]) && headline(s[len(c[0]):]) {
			return true
		}
	}
	return false
}

// headline says whether s may begin with one: a sentence about a post office goes on in lower case.
func headline(s string) bool { return !unicode.IsLower(firstRune(s)) }

// networks are the words of bars that share an article.
var networks = set("share", "tweet", "post", "pin", "print", "email", "e-mail", "mail", "facebook", "twitter", "x", "whatsapp", "telegram",
	"linkedin", "pinterest", "reddit", "tumblr", "messenger", "instagram", "bluesky", "mastodon", "threads", "pocket", "copy", "link", "this",
	"on", "via", "by", "compartir", "compartilhar", "compartilhe", "comparte", "partilhar", "en", "por", "no", "na", "imprimir", "copiar",
	"enlace", "correo", "enviar", "save", "guardar", "|", "·", "•", "-", "more", "más", "mais")

// shareBar says whether a line has nothing but the names of networks and what to do with them.
func shareBar(s string) bool {
	words, names := 0, 0
	for w := range strings.FieldsSeq(s) {
		w = strings.Trim(w, ":,.()")
		if w != "" && !networks[w] {
			return false
		}
		words++
		switch w {
		case "facebook", "twitter", "whatsapp", "telegram", "linkedin", "pinterest", "reddit", "email", "share", "tweet", "compartir", "compartilhar", "compartilhe", "partilhar":
			names++
		}
	}
	return words > 0 && words <= 20 && names > 0
}

// kind is what a phrase asks of the reader.
type kind uint8

const (
	nothing    kind = iota
	invitation      // to read on: only when little or a link follows
	request         // to subscribe, follow or comment: whatever follows
)

// teaser says which kind of phrase a line begins with, and gives what follows the phrase.
func teaser(s string) (rest string, k kind) {
	word, _, _ := strings.Cut(s, " ")
	for _, p := range teasers[strings.Trim(word, ":,.!»›→")] {
		if after, ok := strings.CutPrefix(s, p.text); ok && !unicode.IsLetter(firstRune(after)) && !unicode.IsDigit(firstRune(after)) {
			return strings.TrimLeft(after, " "), p.kind
		}
	}
	return "", nothing
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

type phrase struct {
	text string
	kind kind
}

// teasers are the phrases by their first words.
var teasers = func() map[string][]phrase {
	m := map[string][]phrase{}
	for k, list := range map[kind][]string{invitation: invitations, request: requests} {
		for _, text := range list {
			word, _, _ := strings.Cut(text, " ")
			m[word] = append(m[word], phrase{text, k})
		}
	}
	return m
}()

var invitations = []string{
	"read more", "continue reading", "keep reading", "read the full story", "read the full article", "read full story", "read full article",
	"click here to read", "read on", "full story", "more details", "related", "related posts", "related articles", "related stories",
	"you may also like", "you might also like", "also read", "read also", "read next", "see also", "more from", "more on this story",
	"share this", "like this", "advertisement", "comments", "view comments", "leave a comment", "post a comment", "0 comments", "no comments",
	"sign up for free",
	"leer más", "leer mas", "lee más", "ver más", "seguir leyendo", "sigue leyendo", "siga leyendo", "seguí leyendo", "continuar leyendo",
	"continúa leyendo", "leer la nota completa", "leer noticia completa", "ver nota completa", "lea también", "lee también", "leé también",
	"leer también", "lea además", "lee además", "mira también", "mirá también", "ver también", "te puede interesar", "te podría interesar",
	"también te puede interesar", "puede interesarte", "podría interesarte", "quizás te interese", "noticias relacionadas", "notas relacionadas",
	"artículos relacionados", "relacionado", "relacionadas", "más información", "compartir", "comparte", "compártelo", "publicidad",
	"sin comentarios", "0 comentarios", "no hay comentarios",
	"leia mais", "leia também", "leia a íntegra", "leia a matéria completa", "ler mais", "continue lendo", "continuar lendo", "continue a ler",
	"continuar a ler", "saiba mais", "veja também", "veja mais", "confira também", "notícias relacionadas", "artigos relacionados",
	"matérias relacionadas", "relacionados", "compartilhe", "compartilhar", "partilhar", "publicidade", "nenhum comentário", "sem comentários",
	"0 comentários",
}

var requests = []string{
	"leave a reply", "sign up for our", "sign up to our", "sign up for the newsletter",
	"subscribe to our", "subscribe to the newsletter", "subscribe now", "join our newsletter", "get our newsletter",
	"get the newsletter", "follow us on", "click to share", "join our whatsapp", "join our telegram", "please enable javascript",
	"deja un comentario", "deja una respuesta", "dejar un comentario", "deja tu comentario",
	"suscríbete a nuestro", "suscríbete a nuestra", "suscríbete al", "suscríbase a nuestro", "suscríbase a nuestra", "suscribite a nuestro",
	"suscribite a nuestra", "suscribete a nuestro", "suscribete a nuestra", "recibe nuestro boletín",
	"recibe en tu correo", "recibí nuestro newsletter", "síguenos en", "seguinos en", "únete a nuestro canal", "sumate a nuestro canal",
	"sigue nuestro canal",
	"deixe um comentário", "deixe uma resposta", "deixe seu comentário", "assine nossa",
	"assine a nossa newsletter", "assine a newsletter", "inscreva-se na", "inscreva-se em nosso", "receba nossa newsletter", "receba as notícias",
	"siga-nos", "siga nosso canal", "siga o nosso canal", "entre no nosso canal", "participe do nosso grupo",
}

// endings are what plain texts end in that go on elsewhere.
var endings = []string{"[…]", "[...]", "(...)", "(…)", "[ … ]", "...", "read more", "continue reading", "leer más", "seguir leyendo", "leia mais", "continue lendo", "»", "→"}

// trimTeaser takes off the end of a line what belongs to the web page that the text is a beginning
// of. A text that was cut ends in one ellipsis.
func trimTeaser(s string) string {
	s = trimCredit(s)
	cut := false
	for again := true; again; {
		again = false
		for _, end := range endings {
			if len(s) > len(end) && strings.EqualFold(s[len(s)-len(end):], end) {
				s = strings.TrimRight(s[:len(s)-len(end)], " ")
				again, cut = true, true
			}
		}
	}
	if cut && s != "" && !strings.ContainsRune(".!?…", lastRune(s)) {
		s += "…"
	}
	return s
}

// trimCredit takes the sentence off the end of a line that tells where the article appeared first.
func trimCredit(s string) string {
	start := max(0, len(s)-maxBoilerplate)
	tail := strings.ToLower(s[start:])
	if len(tail) != len(s)-start { // a letter whose lower case is of another length: offsets would be wrong
		return s
	}
	if !slices.ContainsFunc(creditWords, func(w string) bool { return strings.Contains(tail, w) }) {
		return s
	}
	tail = strings.ReplaceAll(tail, "’", "'  ") // as long
	for _, list := range credits {
		for _, c := range list {
			if !strings.Contains(tail, c[1]) {
				continue
			}
			at := strings.LastIndex(tail, c[1])
			begin := strings.Replace(c[0], "'", "'  ", 1)
			for _, b := range []string{c[0], begin} {
				if i := strings.LastIndex(tail[:at+1], b); i >= 0 && headline(s[start+i+len(b):]) {
					return strings.TrimRight(s[:start+i], " ")
				}
			}
		}
	}
	return s
}
