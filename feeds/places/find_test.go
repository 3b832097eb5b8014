package places

import (
	"strings"
	"testing"
)

func TestFind(t *testing.T) {
	g := Default()
	for text, want := range map[string]string{
		"BR": "BR", "br": "BR", "419": "latin-america", "latin-america": "latin-america", "caribbean": "caribbean", "Caribbean": "caribbean",
		"brazil": "BR", "Brazil": "BR", "South Africa": "ZA", "Côte d'Ivoire": "CI",
	} {
		if p, err := g.Find(text); err != nil || p.ID != want {
			t.Errorf("%q: got %q, %v, want %q", text, p.ID, err, want)
		}
	}
	for text, want := range map[string]string{
		"latin-amrica": "did you mean latin-america?", "Brazl": "did you mean brazil?", "atlantis": "write a country's code", "XQ": "write a country's code", "": "write a country's code",
	} {
		if p, err := g.Find(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %q, %v, want %q", text, p.ID, err, want)
		}
	}
}

func TestNearest(t *testing.T) {
	known := []string{"title", "url", "contact"}
	for word, want := range map[string]string{"titel": "title", "URL": "", "contct": "contact", "colour": ""} {
		if got := Nearest(word, known, 2); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", word, got, want)
		}
	}
}
