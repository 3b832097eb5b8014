package render

import "testing"

func TestFit(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"no player", `<p>a</p>`, `<p>a</p>`},
		{
			"video", `<p>a <video src="https://e.example/a%20b.mp4" poster="https://e.example/p.jpg" controls="" preload="none"></video></p>`,
			`<p>a <video src="https://e.example/a%20b.mp4" poster="https://e.example/p.jpg" preload="none"></video> ` +
				`<a href="https://e.example/a%20b.mp4">a b.mp4</a></p>`,
		},
		{
			"several files", `<audio controls=""><source src="https://e.example/"/><source src="https://e.example/b.ogg"/></audio>`,
			`<audio><source src="https://e.example/"/><source src="https://e.example/b.ogg"/></audio> <a href="https://e.example/">https://e.example/</a>`,
		},
		{
			"in a link", `<a href="https://e.example/"><video src="https://e.example/a.mp4" controls=""></video></a>`,
			`<a href="https://e.example/"><video src="https://e.example/a.mp4"></video></a>`,
		},
		{"no file", `<audio controls="">none</audio>`, `<audio>none</audio>`},
		{"direction", "<bdo dir=\"rtl\">a\u0085\ufdd0</bdo>", `<bdi dir="rtl">a</bdi>`},
		{"a text that names an element", `<bdo>x</bdo>bdo`, `<bdi>x</bdi>bdo`},
	} {
		if got := fit(c.in); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
