package match

import (
	"strings"
	"testing"

	"tributary/feeds"
)

func TestAppendText(t *testing.T) {
	for _, c := range []struct{ name, html, want string }{
		{"nothing", "", ""},
		{"only white space", " \n\t ", ""},
		{"plain text", "  one\n two  \r\nthree ", "one two three"},
		{"inline elements do not show", "<b>in</b>flation <a href=x>in <i>Peru</i></a>.", "inflation in Peru."},
		{"blocks stand apart", "<p>One</p><p>two</p> <div>three<ul><li>four<li>five</ul></div>six", "One\n\ntwo\n\nthree\n\nfour\n\nfive\n\nsix"},
		{"headings and cells", "<h2>One</h2>two<table><tr><td>3</td><td>4</td></tr></table>", "One\n\ntwo\n\n3\n\n4"},
		{"line breaks", "one<br>two<br/> <br>three<p><br>four", "one\ntwo\n\nthree\n\nfour"},
		{"spaces around a break", "one <br> two", "one\ntwo"},
		{"entities", "AT&amp;T &lt;b&gt; Per&uacute;&nbsp;x", "AT&T <b> Perú\u00a0x"},
		{"script and style", "a<script>var oil='<p>'</script>b<style>.oil{}</style> c", "ab c"},
		{"script that closes itself", "a<script/>oil</script>b", "ab"},
		{"nested skipped elements", "a<svg><svg><text>oil</text></svg>oil</svg>b<svg/>c", "abc"},
		{"templates and frames", "a<template><p>oil</p></template><iframe>oil</iframe><noscript>oil</noscript>b", "ab"},
		{"a title is another text", "<title>oil</title>a", "a"},
		{"an end without a start", "a</script>b</svg>c</p>d", "abc\n\nd"},
		{"a comment", "a<!-- oil -->b", "ab"},
		{"never closed", "a<script>oil", "a"},
		{"a bare <", "1 < 2 <", "1 < 2 <"},
		{"elements that HTML has not", "a<news-paragraphs x=y>b</news-paragraphs><z>c", "abc"},
		{"upper-case tags", "<P>a</P><SCRIPT>oil</SCRIPT><P>b</P>", "a\n\nb"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := string(appendText([]byte("kept "), c.html)); got != "kept "+c.want {
				t.Errorf("%q\n got %q\nwant %q", c.html, got, "kept "+c.want)
			}
		})
	}
}

func TestFields(t *testing.T) {
	sentence := "Brazil sells more coffee than anybody else. " // 44 bytes
	long := strings.Repeat(sentence, 12)
	words := strings.Repeat("coffee ", 80)
	letters := strings.Repeat("é", 300)
	for _, c := range []struct {
		name              string
		article           feeds.Article
		title, lead, rest string
	}{
		{"empty", feeds.Article{}, "", "", ""},
		{"summary and content", feeds.Article{Title: "T", Summary: "S", Content: "<p>C</p>"}, "T", "S", "C"},
		{"summary only", feeds.Article{Summary: "S"}, "", "S", ""},
		{"blank summary", feeds.Article{Title: "T", Summary: " \n", Content: "<p>C</p>"}, "T", "C", ""},
		{"short content leads", feeds.Article{Content: "<p>C</p><p>D</p>"}, "", "C\n\nD", ""},
		{"the lead ends with a sentence", feeds.Article{Content: long}, "",
			strings.TrimSpace(strings.Repeat(sentence, 9)), strings.TrimSpace(strings.Repeat(sentence, 3))},
		{"the lead ends with a paragraph", feeds.Article{Content: words[:300] + "</p>" + words}, "",
			strings.TrimSpace(words[:300]), strings.TrimSpace(words)},
		{"the lead ends with a word", feeds.Article{Content: words}, "",
			strings.TrimSpace(words[:399]), strings.TrimSpace(words[399:])},
		{"the lead ends with a letter", feeds.Article{Content: "x" + letters}, "",
			"x" + letters[:398], letters[398:]},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Fields(&c.article)
			if want := (Texts{Title: c.title, Lead: c.lead, Body: c.rest}); got != want {
				t.Errorf("got\n%q\nwant\n%q", got, want)
			}
			if got.Of(feeds.TitleField) != got.Title || got.Of(feeds.LeadField) != got.Lead ||
				got.Of(feeds.BodyField) != got.Body || got.Of("x") != "" {
				t.Error("Of gives another text")
			}
		})
	}
}

func TestQuote(t *testing.T) {
	texts := Texts{Title: "Crude\u00a0Oil from Peru\u0301"}
	for _, c := range []struct {
		field          feeds.Field
		offset, length int
		want           string
	}{
		{feeds.TitleField, 0, 10, "Crude\u00a0Oil"},
		{feeds.TitleField, 16, 6, "Peru\u0301"},
		{feeds.TitleField, 16, 7, ""},
		{feeds.TitleField, -1, 2, ""},
		{feeds.TitleField, 2, -1, ""},
		{feeds.TitleField, 1 << 40, 2, ""},
		{feeds.LeadField, 0, 2, ""},
		{"", 0, 2, ""},
	} {
		if got := texts.Quote(feeds.Hit{Field: c.field, Offset: c.offset, Length: c.length}); got != c.want {
			t.Errorf("%s %d+%d: got %q, want %q", c.field, c.offset, c.length, got, c.want)
		}
	}
}

func TestCategoriesAreCutIntoParts(t *testing.T) {
	got := Fields(&feeds.Article{Categories: []string{"Sport/Football", " News > World > Perú ", "/", "", "Economy & Trade"}}).Category
	if want := "Sport\n\nFootball\n\nNews\n\nWorld\n\nPerú\n\nEconomy & Trade\n\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTeasersAreStripped(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"Peru votes. Read more: Chile waits. Turnout was high.", "Peru votes. Turnout was high."},
		{"Lea también: Bolivia en crisis", ""},
		{"LEIA TAMBÉM: Lula viaja. O texto segue.", "O texto segue."},
		{"The poll closed.\n\nRelated: Cuba\n\nThe end.", "The poll closed.\n\nThe end."},
		{"Storm hits Texas • LIVE: Nicaragua protests • Ortega speaks", "Storm hits Texas"},
		{"• Peru votes", "• Peru votes"},
		{"Related companies fell. Live music helps. Watch Peru.", "Related companies fell. Live music helps. Watch Peru."},
		{"They read more in Chile.", "They read more in Chile."},
		{"He lives in the U.S. Read-only", "He lives in the U.S. Read-only"},
		{"Sign up for our Brazil newsletter! Rain fell.", "Rain fell."},
		{"a • b\n\nc", "a\n\nc"},
	} {
		buf := []byte(c.text)
		if got := strings.TrimSpace(string(buf[:stripTeasers(buf)])); got != c.want {
			t.Errorf("%q\n got %q\nwant %q", c.text, got, c.want)
		}
	}
}
