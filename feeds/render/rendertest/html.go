package rendertest

import (
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// htmlElements are elements of HTML, as the W3C service knows them.
const htmlElements = safeElements + ` applet base basefont bdo body command comment embed eventsource frame frameset head html iframe
	isindex link listing meta noframes object param plaintext script slot style title xmp`

// safeElements are those that it finds no risk in, and safeAttributes the attributes.
const safeElements = `a abbr acronym address area article aside audio b bdi big blockquote br button canvas caption center cite code col
	colgroup data datagrid datalist dd del details dfn dialog dir div dl dt em fieldset figcaption figure footer font form header h1 h2
	h3 h4 h5 h6 hgroup hr i img input ins kbd label legend li m main map mark menu meter nav noscript ol optgroup option output p picture
	pre progress q rp rt ruby s samp section select small source span strike strong sub summary sup table tbody td template textarea
	tfoot th thead time tr track tt u ul var video wbr`

const safeAttributes = `abbr align alt cite class color cols colspan coords crossorigin datetime decoding default dir height hidden href
	hreflang id kind label lang loading media open poster preload referrerpolicy rel rev reversed rows rowspan scope shape size sizes span
	src srclang srcset start summary target title type usemap valign value width`

var reference = regexp.MustCompile(`^&(#[0-9]+|#x[0-9a-fA-F]+|[a-zA-Z][a-zA-Z0-9]*);`)

// html checks a fragment of HTML: that a strict parser finds no mistake, that nothing in it is a risk,
// and that its addresses are absolute.
func (c *checker) html(where, s string) {
	body := &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div}
	nodes, err := html.ParseFragment(strings.NewReader(s), body)
	if err != nil {
		c.say("NotHtml", where, err.Error())
		return
	}
	var again strings.Builder
	for _, n := range nodes {
		if err := html.Render(&again, n); err != nil {
			c.say("NotHtml", where, err.Error())
		}
		c.node(where, n)
		for d := range n.Descendants() {
			c.node(where, d)
		}
	}
	if was, is := tokens(s), tokens(again.String()); !slices.Equal(was, is) {
		c.say("NotHtml", where, difference(was, is))
	}
	for i := range len(s) {
		if s[i] == '&' && !reference.MatchString(s[i:min(len(s), i+40)]) {
			c.say("NotHtml", where, s[i:min(len(s), i+20)])
			break
		}
	}
}

func (c *checker) node(where string, n *html.Node) {
	if n.Type != html.ElementNode {
		if n.Type != html.TextNode {
			c.say("NotHtml", where, n.Data)
		}
		return
	}
	switch {
	case !containsWord(htmlElements, n.Data) || n.Namespace != "":
		c.say("NotHtml", where, n.Data)
	case !containsWord(safeElements, n.Data):
		c.say("SecurityRisk", where, n.Data)
	}
	for _, a := range n.Attr {
		if !containsWord(safeAttributes, a.Key) {
			c.say("SecurityRiskAttr", where, n.Data+" "+a.Key)
		}
		if (a.Key == "href" || a.Key == "src" || a.Key == "cite" || a.Key == "poster") && !absolute(a.Val) {
			c.say("ContainsRelRef", where, a.Val)
		}
	}
}

func absolute(s string) bool {
	return strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "mailto:")
}

// tokens gives a fragment's tags and texts, without the ways to write the same.
func tokens(s string) (all []string) {
	text := ""
	for z := html.NewTokenizer(strings.NewReader(s)); ; {
		tt := z.Next()
		if tt == html.ErrorToken {
			return append(all, text)
		}
		t := z.Token()
		if tt == html.TextToken {
			text += strings.ReplaceAll(t.Data, "\r\n", "\n")
			continue
		}
		if tt == html.SelfClosingTagToken {
			t.Type = html.StartTagToken
		}
		slices.SortFunc(t.Attr, func(a, b html.Attribute) int { return strings.Compare(a.Key, b.Key) })
		all = append(all, text, t.String())
		text = ""
	}
}

func difference(a, b []string) string {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return a[i] + " is read as " + b[i]
		}
	}
	return "something at the end"
}
