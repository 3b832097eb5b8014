package fold

import "testing"

func TestAppend(t *testing.T) {
	for _, test := range []struct{ letters, want string }{
		{"Perú", "peru"},
		{"SÃO", "sao"},
		{"Łódź", "lodz"},
		{"Straße Ærø", "strasse aero"},
		{"ΣΊΣΥΦΟΣ σίσυφος", "σισυφοσ σισυφοσ"},
		{"Ёж", "еж"},
		{"한국", "한국"},
		{"がギ", "か\u3099キ\u3099"},
	} {
		var got []byte
		for _, r := range test.letters {
			got = Append(got, r)
		}
		if string(got) != test.want {
			t.Errorf("%q folds to %q, want %q", test.letters, got, test.want)
		}
	}
}
