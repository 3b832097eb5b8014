package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestExplainBatch(t *testing.T) {
	p, err := readPlan(reference)
	if err != nil {
		t.Fatal(err)
	}
	in := `{"id": "a", "title": "Per&uacute; <b>votes</b>", "language": "en"}
{"id": 7, "title": "A quiet day", "content": "<p>Nothing.</p>"}
{"id": "b", "title": 7}
{"id": "c", "title": "Perú vota", "categories": ["Deportes"], "language": "es"}
{"id": "d", "title": "A presidenta fala", "summary": "O governo de São Paulo", "country": "br", "language": "por"}
{"id": "e", "title": "Peru votes", "language": "English"}
`
	var out strings.Builder
	if err := explainBatch(p.rules, "latin-america", strings.NewReader(in), &out); err != nil {
		t.Fatal(err)
	}
	want := `{"id":"a","match":true,"score":3}
{"id":7,"match":false,"score":0}
{"id":"b","match":false,"score":0,"error":"read line 3 of the batch: json: cannot unmarshal number into Go struct field explainInput.title of type string"}
{"id":"c","match":false,"score":3}
{"id":"d","match":true,"score":2.25}
{"id":"e","match":true,"score":3}
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
