package render

import "testing"

func TestFit(t *testing.T) {
	for in, want := range map[string]string{
		`<p>a</p>`: `<p>a</p>`,
		`<p>a <video src="https://e.example/v/a%20b.mp4" poster="https://e.example/p.jpg" controls="" preload="none"></video></p>`: `<p>a <video src="https://e.example/v/a%20b.mp4" poster="https://e.example/p.jpg" preload="none"></video> <a href="https://e.example/v/a%20b.mp4">a b.mp4</a></p>`,
		`<audio controls=""><source src="https://e.example/"/><source src="https://e.example/b.ogg"/></audio>`:                     `<audio><source src="https://e.example/"/><source src="https://e.example/b.ogg"/></audio> <a href="https://e.example/">https://e.example/</a>`,
		`<a href="https://e.example/"><video src="https://e.example/a.mp4" controls=""></video></a>`:                               `<a href="https://e.example/"><video src="https://e.example/a.mp4"></video></a>`,
		`<audio controls="">none</audio><bdo dir="rtl">x</bdo>`:                                                                    `<audio>none</audio><bdi dir="rtl">x</bdi>`,
		"<bdo>a\u0085\ufdd0</bdo>": `<bdi>a</bdi>`,
	} {
		if got := fit(in); got != want {
			t.Errorf("%s\n gives %s\n  want %s", in, got, want)
		}
	}
}
