package render

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Check says what is wrong with a document of the format whose URLs end in ext, so that it is not
// published in place of a good one: that it is not well formed, lacks what the format demands, has a date
// that is none, or one id twice. It costs less than writing the document.
func Check(ext string, doc []byte) error {
	var err error
	switch ext {
	case "rss":
		err = checkXML(doc, rssShape)
	case "atom":
		err = checkXML(doc, atomShape)
	case "json":
		err = checkJSON(doc)
	default:
		err = fmt.Errorf("there is no format %q", ext)
	}
	if err != nil {
		return fmt.Errorf("check document: %w", err)
	}
	return nil
}

var errCharacters = errors.New("it holds characters that XML and HTML forbid")

// shape is what a document in XML must hold.
type shape struct {
	root, entry  string
	depth        int      // of an entry; the root's is 1
	feed, inside []string // elements that the feed and each entry have
	id           string   // of an entry
	dates        map[string]string
}

var (
	rssShape = shape{
		root: "rss", entry: "item", depth: 3, feed: []string{"title", "link", "description"}, inside: []string{"title", "guid"},
		id: "guid", dates: map[string]string{"pubDate": rfc822, "lastBuildDate": rfc822},
	}
	atomShape = shape{
		root: "feed", entry: "entry", depth: 2, feed: []string{"id", "title", "updated"}, inside: []string{"id", "title", "updated", "author"},
		id: "id", dates: map[string]string{"updated": time.RFC3339, "published": time.RFC3339},
	}
)

// audit collects what a document in XML has.
type audit struct {
	shape
	ids     map[string]bool
	feedHas map[string]bool
	has     map[string]bool // the present entry
}

func checkXML(doc []byte, s shape) error {
	if !isAllLegal(string(doc)) {
		return errCharacters
	}
	a := audit{shape: s, ids: map[string]bool{}, feedHas: map[string]bool{}, has: map[string]bool{}}
	root, err := scanXML(doc, a.element)
	switch {
	case err != nil:
		return err
	case root != s.root:
		return fmt.Errorf("the root is %q, not %q", root, s.root)
	}
	return demand("the feed", s.feed, a.feedHas)
}

// element sees an element when it ends.
func (a *audit) element(x xmlElement) error {
	name := x.name
	switch {
	case x.depth == a.depth && name == a.entry:
		who := fmt.Sprintf("entry %d", len(a.ids)+1)
		if err := demand(who, a.inside, a.has); err != nil {
			return err
		}
		clear(a.has)
		return nil
	case x.depth == a.depth:
		a.feedHas[name] = true
	case x.depth != a.depth+1 || x.parent != a.entry:
		return nil
	case name == a.id:
		if len(x.text) == 0 || a.ids[string(x.text)] {
			return fmt.Errorf("the id %.200q is empty or there twice", x.text)
		}
		a.ids[string(x.text)] = true
		fallthrough
	default:
		a.has[name] = true
	}
	if layout, ok := a.dates[name]; ok {
		if _, err := time.Parse(layout, string(x.text)); err != nil {
			return fmt.Errorf("the element %s is no date: %w", name, err)
		}
	}
	return nil
}

func demand(who string, names []string, has map[string]bool) error {
	for _, name := range names {
		if !has[name] {
			return fmt.Errorf("%s has no %s", who, name)
		}
	}
	return nil
}

// present is a member that is there, whatever its value.
type present bool

func (p *present) UnmarshalJSON([]byte) error {
	*p = true
	return nil
}

func checkJSON(doc []byte) error {
	var feed struct {
		Version, Title string
		Items          *[]struct {
			ID        string
			Published *time.Time `json:"date_published"`
			Modified  *time.Time `json:"date_modified"`
			HTML      present    `json:"content_html"`
			Text      present    `json:"content_text"`
		}
	}
	if !isAllLegal(string(doc)) {
		return errCharacters
	}
	if err := json.Unmarshal(doc, &feed); err != nil {
		return err
	}
	if feed.Version == "" || feed.Title == "" || feed.Items == nil {
		return errors.New("the feed has no version, title or items")
	}
	ids := make(map[string]bool, len(*feed.Items))
	for i, item := range *feed.Items {
		if item.ID == "" || ids[item.ID] {
			return fmt.Errorf("the id %.200q is empty or there twice", item.ID)
		}
		ids[item.ID] = true
		if !item.HTML && !item.Text {
			return fmt.Errorf("item %d has no content", i+1)
		}
	}
	return nil
}
