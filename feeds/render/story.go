package render

import (
	"strings"

	"tributary/feeds"
)

// report is another source's article of an entry's story.
type report struct {
	title, link, source string
}

// mostReports is how many a reader may be expected to look at.
const mostReports = 20

// reports gives the first of those articles that can be linked to.
func reports(others []feeds.Article) (all []report) {
	for _, a := range others {
		r := report{title: cut(line(a.Title), 2*titleLength), link: webURL(a.URL), source: provenance(a).title}
		if r.link == "" {
			continue
		}
		if len(all) == mostReports {
			break
		}
		if r.title == "" {
			r.title = r.link
		}
		all = append(all, r)
	}
	return all
}

// also says in the entry's language what follows.
func also(language string) string {
	base, _, _ := strings.Cut(language, "-")
	switch base {
	case "es":
		return "También publicado por:"
	case "pt":
		return "Também publicado por:"
	}
	return "Also reported by:"
}

// withReports gives an entry's content with the story's other articles after it. Without content the
// summary is what they come after.
func withReports(content, summary, language string, others []report) string {
	if len(others) == 0 {
		return content
	}
	var b strings.Builder
	b.WriteString(content)
	if content == "" && summary != "" {
		b.WriteString("<p>" + asHTML(summary) + "</p>")
	}
	b.WriteString("<p>" + also(language) + "</p><ul>")
	for _, r := range others {
		b.WriteString("<li>" + asHTML(r.source) + `: <a href="` + asHTML(r.link) + `">` + asHTML(r.title) + "</a></li>")
	}
	b.WriteString("</ul>")
	return b.String()
}
