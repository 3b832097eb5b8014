package parse

// tableParts are the elements that hold other parts of a table and no text.
var tableParts = map[string]bool{"table": true, "colgroup": true, "thead": true, "tbody": true, "tfoot": true, "tr": true}

// boundary says whether a search through the open elements, from the innermost outwards, stops at an
// element. They are switches, not maps, since every tag asks them about many elements.
type boundary func(name string) bool

func nothingStops(string) bool { return false }

func table(name string) bool { return name == "table" }

func cells(name string) bool {
	switch name {
	case "td", "th", "caption", "table":
		return true
	}
	return false
}

func lists(name string) bool {
	switch name {
	case "ul", "ol", "dl":
		return true
	}
	return cells(name)
}

func blocks(name string) bool {
	switch name {
	case "li", "div", "blockquote", "figure":
		return true
	}
	return lists(name)
}

// items are what the search for an open list item stops at (HTML §13.2.4.2, "special", but for
// address, div and p), of those that we allow.
func items(name string) bool {
	switch name {
	case "blockquote", "dd", "details", "dt", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "li", "pre", "summary":
		return true
	}
	return lists(name)
}

var (
	inTable    = set("caption", "colgroup", "thead", "tbody", "tfoot", "tr", "td", "th")
	formatting = set("a", "b", "code", "em", "i", "s", "small", "strong", "u", "span")
)

// reach says which open elements an end tag does not reach across.
func reach(name string) boundary {
	switch {
	case name == "table":
		return nothingStops
	case inTable[name]:
		return table
	case formatting[name]:
		return blocks
	case name == "li" || name == "p":
		return lists
	}
	return cells
}

// find is where the innermost open element of that name stands, or 0 when none is open on this side
// of the boundary.
func (b *builder) find(name string, stops boundary) int {
	for i := len(b.stack) - 1; i > 0; i-- {
		switch open := b.stack[i].Data; {
		case open == name:
			return i
		case stops(open):
			return 0
		}
	}
	return 0
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
		for b.find("ruby", cells) > 0 && closedByRuby(b.top().Data) {
			b.stack = b.stack[:len(b.stack)-1]
		}
	}
	return true
}

// closedByRuby are the elements whose end tags are implied before an annotation (HTML §13.2.6.4.7).
func closedByRuby(name string) bool {
	switch name {
	case "rt", "rp", "p", "li", "dt", "dd":
		return true
	}
	return false
}

// closeItem ends the open item of a list, when the new one is a sibling of it.
func (b *builder) closeItem(names ...string) {
	for i := len(b.stack) - 1; i > 0; i-- {
		name := b.stack[i].Data
		if name == names[0] || name == names[1] {
			b.stack = b.stack[:i]
			return
		}
		if items(name) {
			return
		}
	}
}

// closeTo makes the innermost element of that name the current one; it says false when there is
// none.
func (b *builder) closeTo(name string) bool { return b.cutAfter(b.find(name, nothingStops)) }

// inner is closeTo inside the innermost table.
func (b *builder) inner(name string) bool { return b.cutAfter(b.find(name, table)) }

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
