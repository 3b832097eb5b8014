package places

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// nowhere is the section of masks that belong to no place.
const nowhere = "nowhere"

// usualNames is room for the names of the built-in file.
const usualNames = 12_000

// maxName is the longest name, in bytes.
const maxName = 80

var (
	// section is [MX] Mexico or [latin-america 419] Latin America and the Caribbean.
	section = regexp.MustCompile(`^\[([A-Z]{2}|[a-z]+(?:-[a-z]+)*)(?: ([0-9]{3}))?\] (\S.*)$`)
	period  = regexp.MustCompile(`^(.*) (\d{4}(?:-\d\d)?)\.\.(\d{4}(?:-\d\d)?)?$`)
)

// parser reads a data file line by line; its beginning says how it is written.
type parser struct {
	g      Gazetteer
	in     string         // the id of the section
	line   int            // from 1
	first  map[string]int // line of each name, by place and text
	opened map[string]int // line of each section
	errs   []error
}

// parse reads a data file. Every mistake comes back, each with its line.
func parse(text string) (*Gazetteer, error) {
	p := &parser{
		g:      Gazetteer{places: map[string]Place{}, m49: map[string]string{}, names: make([]Name, 0, usualNames)},
		first:  make(map[string]int, usualNames),
		opened: map[string]int{},
	}
	for line := range strings.Lines(text) {
		p.line++
		line = strings.TrimRight(line, "\r\n")
		switch {
		case !utf8.ValidString(line) || !norm.NFC.IsNormalString(line):
			p.wrong("the line is not UTF-8 in normal form C")
		case line == "" || line[0] == '#':
		case line[0] == '[':
			p.section(line)
		case p.in == "":
			p.wrong("%.40q stands before the first section; a section begins like [MX] Mexico", line)
		default:
			p.entry(line)
		}
	}
	p.members()
	if err := errors.Join(p.errs...); err != nil {
		return nil, err
	}
	return &p.g, nil
}

func (p *parser) wrong(format string, args ...any) {
	p.errs = append(p.errs, fmt.Errorf("line %d: "+format, append([]any{p.line}, args...)...))
}

func (p *parser) section(line string) {
	m := section.FindStringSubmatch(line)
	if m == nil {
		p.wrong("%.40q is not a section; write [MX] Mexico, or [latin-america 419] Latin America", line)
		return
	}
	id, m49, title := m[1], m[2], m[3]
	if at, twice := p.opened[id]; twice {
		p.wrong("the section %s stands in line %d already", id, at)
	}
	if other, twice := p.g.m49[m49]; twice {
		p.wrong("%s is the code of %s already", m49, other)
	}
	p.opened[id], p.in = p.line, id
	if id == nowhere {
		return
	}
	place := Place{ID: id, M49: m49, Title: title}
	if isRegion(id) {
		place.Members = []string{}
	}
	if m49 != "" {
		p.g.m49[m49] = id
	}
	p.g.places[id] = place
}

// isRegion tells a region's id from a country's code.
func isRegion(id string) bool { return unicode.IsLower(rune(id[0])) }

// entry reads a line of a section, such as "demonym es: mexican(o|a|os|as)".
func (p *parser) entry(line string) {
	head, rest, found := strings.Cut(line, ": ")
	words := strings.Fields(head)
	if !found || len(words) == 0 {
		p.wrong("%.40q is not a line of a section; write kind: name; name", line)
		return
	}
	if head == "members" {
		p.memberList(rest)
		return
	}
	kind, ok := parseKind(words[0])
	if !ok {
		p.wrong("%q is not a kind; there are %s", words[0], strings.Join(kindNames[:], ", "))
		return
	}
	if err := fits(kind, p.in); err != nil {
		p.wrong("%v", err)
		return
	}
	for _, l := range words[1:] {
		if !isLanguage(l) {
			p.wrong("%q is not a language's code, such as es", l)
			return
		}
	}
	for name := range strings.SplitSeq(rest, ";") {
		p.names(strings.TrimSpace(name), Name{Kind: kind, Place: p.in, Langs: words[1:]})
	}
}

// isLanguage says whether text is a language's code of ISO 639.
func isLanguage(text string) bool {
	return (len(text) == 2 || len(text) == 3) && strings.Trim(text, "abcdefghijklmnopqrstuvwxyz") == ""
}

// fits says why a kind cannot stand in a place.
func fits(kind Kind, place string) error {
	of := func(kinds ...Kind) bool { return slices.Contains(kinds, kind) }
	switch {
	case place == nowhere && !of(Mask):
		return fmt.Errorf("only masks stand in %s, not %s", nowhere, kind)
	case place != nowhere && isRegion(place) && !of(RegionName, Demonym, Org, Mask):
		return fmt.Errorf("a region has region, demonym, org and mask, not %s", kind)
	case !isRegion(place) && of(RegionName):
		return fmt.Errorf("a country has no %s; name the region's own section", kind)
	}
	return nil
}

// names adds what one item of a line stands for: "mexican(o|a)" for two names.
func (p *parser) names(text string, n Name) {
	for _, form := range forms(text) {
		n, err := read(form, n)
		if err != nil {
			p.wrong("%v", err)
			continue
		}
		key := n.Place + " " + n.Text
		if at, twice := p.first[key]; twice {
			p.wrong("%q stands in line %d already", n.Text, at)
			continue
		}
		p.first[key] = p.line
		p.g.names = append(p.g.names, n)
	}
}

// forms spells out a name with endings: "mexican(o|a)" is mexicano and mexicana.
func forms(text string) []string {
	stem, rest, found := strings.Cut(text, "(")
	endings, end, closed := strings.Cut(rest, ")")
	if !found || !closed {
		return []string{text}
	}
	var forms []string
	for ending := range strings.SplitSeq(endings, "|") {
		forms = append(forms, stem+ending+end)
	}
	return forms
}

// read fills in a name from its spelling: a leading ? makes it weak, a leading = makes its case
// exact, a trailing 2018..2024-09 bounds it.
func read(text string, n Name) (Name, error) {
	if !strings.Contains(text, "..") {
		// Most names have no dates, and need not be looked at for them.
	} else if m := period.FindStringSubmatch(text); m != nil {
		var err error
		if n.From, n.To, err = parsePeriod(m[2], m[3]); err != nil {
			return n, fmt.Errorf("%q: %w", text, err)
		}
		text = m[1]
	}
	text, weak := strings.CutPrefix(text, "?")
	text, exact := strings.CutPrefix(text, "=")
	if err := spelling(text); err != nil {
		return n, err
	}
	n.Text, n.Weak = text, n.Weak || weak
	first, _ := utf8.DecodeRuneInString(text)
	switch {
	case exact:
		n.Case = ExactCase
	case unicode.IsLower(first) || n.Kind == Mask:
		n.Case = AnyCase
	default:
		n.Case = Capitalised
	}
	if n.Place == nowhere {
		n.Place = ""
	}
	switch {
	case n.Kind == Person && n.From.IsZero():
		return n, fmt.Errorf("%q needs the time from which the name means its place, such as 2018.. or 2018..2024", text)
	case n.Kind != Person && !n.From.IsZero():
		return n, fmt.Errorf("%q is no person, so it has no dates", text)
	}
	return n, nil
}

// spelling says what is wrong with a name's letters.
func spelling(text string) error {
	first, _ := utf8.DecodeRuneInString(text)
	switch {
	case text == "":
		return errors.New("a name is empty")
	case len(text) > maxName:
		return fmt.Errorf("%.40q is longer than %d bytes", text, maxName)
	case text != strings.Join(strings.Fields(text), " "):
		return fmt.Errorf("%q has spaces too many", text)
	case !unicode.IsLetter(first):
		return fmt.Errorf("%q does not begin with a letter", text)
	case strings.ContainsAny(text, "()|?=[]#:;") || strings.ContainsFunc(text, unicode.IsControl):
		return fmt.Errorf("%q has a sign that no name has; endings are written as mexican(o|a)", text)
	}
	return nil
}

// parsePeriod reads years or months; the last one is included.
func parsePeriod(first, last string) (from, to time.Time, err error) {
	if from, _, err = parseMonths(first); err != nil || last == "" {
		return from, to, err
	}
	if _, to, err = parseMonths(last); err == nil && !to.After(from) {
		err = fmt.Errorf("the time ends before it begins")
	}
	return from, to, err
}

// parseMonths reads 2024 or 2024-09 and gives its first moment and the first after it.
func parseMonths(text string) (start, end time.Time, err error) {
	if start, err = time.Parse("2006", text); err == nil {
		return start, start.AddDate(1, 0, 0), nil
	}
	if start, err = time.Parse("2006-01", text); err != nil {
		return start, end, fmt.Errorf("%q is not a month", text)
	}
	return start, start.AddDate(0, 1, 0), nil
}

// memberList reads "members: north-africa SD -EG": countries, regions that stand above, and what to
// take away.
func (p *parser) memberList(text string) {
	place, ok := p.g.places[p.in]
	if !ok || place.Members == nil {
		p.wrong("%s is no region, so it has no members", p.in)
		return
	}
	set := map[string]bool{}
	for _, c := range place.Members {
		set[c] = true
	}
	for word := range strings.FieldsSeq(text) {
		id, away := strings.CutPrefix(word, "-")
		listed := []string{id}
		if id != "" && isRegion(id) {
			region, ok := p.g.places[id]
			if !ok || id == p.in {
				p.wrong("%q is not a region that stands above", id)
				continue
			}
			listed = region.Members
		}
		for _, c := range listed {
			if set[c] != away {
				p.wrong("%q changes nothing: %s is %s", word, c, map[bool]string{true: "not there", false: "there already"}[away])
			}
			set[c] = !away
		}
	}
	maps.DeleteFunc(set, func(_ string, in bool) bool { return !in })
	place.Members = slices.Sorted(maps.Keys(set))
	p.g.places[p.in] = place
}

// members checks that every region has some and that each has a section.
func (p *parser) members() {
	for _, id := range p.g.Places() {
		p.line = p.opened[id]
		place := p.g.places[id]
		if place.Members != nil && len(place.Members) == 0 {
			p.wrong("the region %s has no members", id)
		}
		for _, c := range place.Members {
			if _, ok := p.g.places[c]; !ok {
				p.wrong("%s has the member %s, which has no section", id, c)
			}
		}
	}
}
