package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/term"

	"tributary/feeds"
	"tributary/feeds/match"
)

// style is how things are marked: with colours on a terminal, with brackets elsewhere.
type style struct{ colours bool }

// styleFor gives the style for what is written to w. NO_COLOR keeps colours away (no-color.org).
func styleFor(w io.Writer) style {
	f, ok := w.(*os.File)
	return style{ok && term.IsTerminal(int(f.Fd())) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"}
}

// paint colours text by an ANSI code, where there are colours.
func (s style) paint(code, text string) string {
	if !s.colours {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (s style) good(text string) string { return s.paint("1;32", text) }
func (s style) bad(text string) string  { return s.paint("1;31", text) }

// hit marks words that were found.
func (s style) hit(text string, counts bool) string {
	switch {
	case s.colours && counts:
		return s.good(text)
	case s.colours:
		return s.paint("33", text)
	case counts:
		return "[" + text + "]"
	}
	return "{" + text + "}"
}

// text writes the judged text with the hits marked; of the body, the paragraphs that have some.
func (d details) text(w io.Writer, texts match.Texts) {
	marked := false
	for _, f := range []feeds.Field{feeds.TitleField, feeds.LeadField, feeds.BodyField, feeds.CategoryField} {
		text := texts.Of(f)
		if text == "" {
			continue
		}
		marks := d.marks(f, text)
		marked = marked || len(marks) > 0
		var shown []string
		switch f {
		case feeds.BodyField:
			shown = d.paragraphs(text, marks)
		case feeds.CategoryField:
			shown = []string{strings.ReplaceAll(strings.TrimSpace(d.mark(text, 0, marks)), "\n\n", ", ")}
		default:
			shown = strings.Split(d.mark(text, 0, marks), "\n")
		}
		fmt.Fprintf(w, "%-8s  %s\n", f, strings.Join(shown, "\n          "))
	}
	fmt.Fprintln(w)
	if marked {
		fmt.Fprintf(w, "%s counts, %s does not\n\n", d.style.hit("this", true), d.style.hit("this", false))
	}
}

// marks gives the hits of a field in reading order, of those that overlap the one that counts, else
// the first.
func (d details) marks(f feeds.Field, text string) (marks []feeds.Hit) {
	hits := slices.DeleteFunc(slices.Clone(d.Evidence.Hits), func(h feeds.Hit) bool {
		return h.Field != f || h.Length <= 0 || h.Offset < 0 || h.Offset+h.Length > len(text)
	})
	slices.SortStableFunc(hits, func(a, b feeds.Hit) int {
		return cmp.Or(cmp.Compare(min(len(a.Discarded), 1), min(len(b.Discarded), 1)), cmp.Compare(a.Offset, b.Offset), cmp.Compare(b.Length, a.Length))
	})
	for _, h := range hits {
		if !slices.ContainsFunc(marks, func(m feeds.Hit) bool { return h.Offset < m.Offset+m.Length && m.Offset < h.Offset+h.Length }) {
			marks = append(marks, h)
		}
	}
	slices.SortFunc(marks, func(a, b feeds.Hit) int { return cmp.Compare(a.Offset, b.Offset) })
	return marks
}

// mark writes the part of a field's text that begins at a byte, with the hits in it marked.
func (d details) mark(part string, at int, marks []feeds.Hit) string {
	var b strings.Builder
	done := 0
	for _, m := range marks {
		start, end := m.Offset-at, m.Offset+m.Length-at
		if start < done || end > len(part) {
			continue
		}
		b.WriteString(straight(part[done:start]) + d.style.hit(straight(part[start:end]), m.Discarded == ""))
		done = end
	}
	return b.String() + straight(part[done:])
}

// straight drops the characters that turn the direction of what follows, which would be our output.
func straight(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, s)
}

// paragraphs gives the paragraphs that have hits, and … for those between.
func (d details) paragraphs(text string, marks []feeds.Hit) (shown []string) {
	at := 0
	for p := range strings.SplitSeq(text, "\n\n") {
		if marked := d.mark(p, at, marks); marked != p {
			shown = append(shown, strings.Split(marked, "\n")...)
		} else if len(shown) == 0 || shown[len(shown)-1] != "…" {
			shown = append(shown, "…")
		}
		at += len(p) + len("\n\n")
	}
	return shown
}
