package parse

import "strings"

// policy is what happens to an element of HTML. One without a policy loses its tags and keeps its
// content.
type policy struct {
	attributes []string
	drop       bool   // with all that is inside
	void       bool   // has no content
	block      bool   // ends an open paragraph
	as         string // another name for it
}

// policies is the allow-list. There is nothing in it that runs, asks for input, looks for something
// elsewhere unseen, or leaves HTML.
var policies = func() map[string]policy {
	m := map[string]policy{}
	put := func(p policy, names string) {
		for name := range strings.FieldsSeq(names) {
			m[name] = p
		}
	}
	put(policy{}, "span b strong i em u s small sub sup mark code kbd samp var cite dfn abbr bdi bdo ruby rt rp picture")
	put(policy{as: "s"}, "strike")
	put(policy{as: "code"}, "tt")
	put(policy{as: "abbr"}, "acronym")
	put(policy{attributes: []string{"href"}}, "a")
	put(policy{attributes: []string{"cite"}}, "q")
	put(policy{attributes: []string{"cite", "datetime"}}, "del ins")
	put(policy{attributes: []string{"datetime"}}, "time")
	put(policy{void: true}, "br wbr")

	put(policy{block: true}, "p div h1 h2 h3 h4 h5 h6 pre ul dl dt dd figure figcaption table address details summary")
	put(policy{block: true, attributes: []string{"cite"}}, "blockquote")
	put(policy{block: true, attributes: []string{"start", "type"}}, "ol")
	put(policy{block: true, attributes: []string{"value"}}, "li")
	put(policy{block: true, void: true}, "hr")
	put(policy{block: true, as: "div"}, "section article main header footer aside nav center form fieldset")
	put(policy{block: true, as: "pre"}, "listing xmp plaintext")
	put(policy{block: true, as: "ul"}, "menu dir")

	put(policy{}, "caption thead tbody tfoot tr")
	put(policy{attributes: []string{"span"}}, "colgroup")
	put(policy{void: true, attributes: []string{"span"}}, "col")
	put(policy{attributes: []string{"colspan", "rowspan"}}, "td")
	put(policy{attributes: []string{"colspan", "rowspan", "scope"}}, "th")

	put(policy{void: true, attributes: []string{"src", "srcset", "sizes", "alt", "width", "height"}}, "img")
	put(policy{void: true, attributes: []string{"src", "srcset", "sizes", "type", "media"}}, "source")
	put(policy{attributes: []string{"src"}}, "audio")
	put(policy{attributes: []string{"src", "poster", "width", "height"}}, "video")
	put(policy{void: true, attributes: []string{"src", "kind", "srclang", "label"}}, "track")

	put(policy{drop: true}, "script style template iframe")
	return m
}()

// global are the attributes that any element may have.
var global = []string{"title", "lang", "dir"}

// rawText are the elements that we drop or flatten in which HTML sees no tags. One that is not closed
// would take the rest of the text with it; browsers do that, but the writer did not mean it.
var rawText = set("iframe", "textarea", "title", "xmp")

// unread are those that a browser without scripts, frames and plugins reads as HTML, as we do.
var unread = set("noscript", "noframes", "noembed")

func set(names ...string) map[string]bool {
	m := map[string]bool{}
	for _, n := range names {
		m[n] = true
	}
	return m
}
