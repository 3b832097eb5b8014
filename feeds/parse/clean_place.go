package parse

// tableParts are the elements that hold other parts of a table and no text.
var tableParts = map[string]bool{"table": true, "colgroup": true, "thead": true, "tbody": true, "tfoot": true, "tr": true}

// special are the elements that the search for an open list item stops at (HTML §13.2.4.2), of those
// that we allow.
var stopsItem = map[string]bool{
	"blockquote": true, "caption": true, "dd": true, "details": true, "dl": true, "dt": true, "figcaption": true,
	"figure": true, "h1": true, "h2": true, "h3": true, "h4": true, "h5": true, "h6": true, "li": true, "ol": true,
	"pre": true, "summary": true, "table": true, "td": true, "th": true, "ul": true,
}

// place makes the current element one that the new element can be inside: it closes those that the
// new one ends, and opens those that it needs. It says false when there is no place for it.
func (b *builder) place(name string, block bool) bool {
	switch name {
	case "caption", "colgroup", "thead", "tbody", "tfoot":
		return b.closeTo("table")
	case "col":
		return b.inner("colgroup") || b.closeTo("table") && b.push("colgroup")
	case "tr":
		return b.section()
	case "td", "th":
		return b.inner("tr") || b.section() && b.push("tr")
	}
	if tableParts[b.top().Data] { // content outside of cells: it gets one
		b.place("td", false)
		b.push("td")
	}
	if block {
		if i := b.find("p", cells); i > 0 {
			b.stack = b.stack[:i]
		}
	}
	switch name {
	case "li":
		b.closeItem("li", "li")
	case "dt", "dd":
		b.closeItem("dt", "dd")
	case "h1", "h2", "h3", "h4", "h5", "h6":
		switch b.top().Data {
		case "h1", "h2", "h3", "h4", "h5", "h6":
			b.stack = b.stack[:len(b.stack)-1]
		}
	case "a":
		if i := b.find("a", cells); i > 0 {
			b.stack = b.stack[:i]
		}
	case "rt", "rp":
		for b.find("ruby", cells) > 0 && (b.top().Data == "rt" || b.top().Data == "rp" || b.top().Data == "p") {
			b.stack = b.stack[:len(b.stack)-1]
		}
	}
	return true
}

// closeItem ends the open item of a list, when the new one is a sibling of it.
func (b *builder) closeItem(names ...string) {
	for i := len(b.stack) - 1; i > 0; i-- {
		name := b.stack[i].Data
		if name == names[0] || name == names[1] {
			b.stack = b.stack[:i]
			return
		}
		if stopsItem[name] {
			return
		}
	}
}

// closeTo makes the innermost element of that name the current one; it says false when there is
// none.
func (b *builder) closeTo(name string) bool { return b.cutAfter(b.find(name, nil)) }

// inner is closeTo inside the innermost table.
func (b *builder) inner(name string) bool { return b.cutAfter(b.find(name, tableOnly)) }

var tableOnly = map[string]bool{"table": true}

func (b *builder) cutAfter(i int) bool {
	if i > 0 {
		b.stack = b.stack[:i+1]
	}
	return i > 0
}

// section makes a section of the innermost table the current element.
func (b *builder) section() bool {
	return b.inner("tbody") || b.inner("thead") || b.inner("tfoot") || b.closeTo("table") && b.push("tbody")
}

func (b *builder) push(name string) bool {
	n := element(name)
	b.top().AppendChild(n)
	b.stack = append(b.stack, n)
	return true
}
