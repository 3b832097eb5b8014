package render

import (
	"bytes"
	"encoding/xml"
	"errors"
	"os"
	"testing"

	"tributary/feeds"
)

func TestOPML(t *testing.T) {
	list := []feeds.Subscription{
		{URL: "https://e.org/a?x=1&y=2", Title: "Fish & <Chips>", SiteURL: "https://e.org/", Language: "pt-BR", Tags: []string{"Américas", "México"}},
		{URL: "https://e.org/b"},
		{URL: "https://e.org/c\x00", Title: "A\n\tB\u202e", Language: "not a tag", Tags: []string{"Américas", "", "Américas"}},
		{URL: "https://e.org/d", Title: "D", Tags: []string{"México"}}, // another folder than that inside Américas
	}
	var b bytes.Buffer
	if err := OPML(&b, "My \x01feeds", list); err != nil {
		t.Fatal(err)
	}
	const golden = "testdata/list.opml"
	if *update {
		if err := os.WriteFile(golden, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b.Bytes(), want) {
		t.Errorf("%s is not what is written; look, and renew it with -update:\n%s", golden, b.Bytes())
	}
	if err := xml.Unmarshal(b.Bytes(), new(opml)); err != nil {
		t.Errorf("not well-formed: %v", err)
	}
}

func TestOPMLNowhere(t *testing.T) {
	full := errors.New("no space left")
	if err := OPML(brokenWriter{full}, "", nil); !errors.Is(err, full) {
		t.Errorf("got %v, want the writer's error", err)
	}
}
