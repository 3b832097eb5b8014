package parse

import (
	"bytes"
	"mime"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// signatures tell an encoding from a document's first bytes: the byte order marks first
// (RFC 7303 §3), then how "<" or "<?xm" look in it (XML 1.0, appendix F).
var signatures = []struct {
	prefix string
	bom    bool
	name   string
	enc    encoding.Encoding
}{
	{"\xef\xbb\xbf", true, "utf-8", unicode.UTF8},
	{"\x00\x00\xfe\xff", true, "utf-32be", utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM)},
	{"\xff\xfe\x00\x00", true, "utf-32le", utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM)},
	{"\xfe\xff", true, "utf-16be", unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)},
	{"\xff\xfe", true, "utf-16le", unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)},
	{"\x00\x00\x00<", false, "utf-32be", utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM)},
	{"<\x00\x00\x00", false, "utf-32le", utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM)},
	{"\x00<\x00", false, "utf-16be", unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)},
	{"<\x00", false, "utf-16le", unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)},
	{"\x00{\x00", false, "utf-16be", unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)},
	{"{\x00", false, "utf-16le", unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)},
	{"\x4c\x6f\xa7\x94", false, "cp037", charmap.CodePage037},
}

// toUTF8 decodes a document and names the encoding that it was in. The order is: the first bytes,
// the HTTP field, the document's own declaration, its content. Bytes that are valid UTF-8 are
// UTF-8, whatever a label says: no other encoding looks so by chance.
func toUTF8(b []byte, contentType string) (text []byte, name string) {
	for _, s := range signatures {
		if !bytes.HasPrefix(b, []byte(s.prefix)) {
			continue
		}
		if s.bom {
			b = b[len(s.prefix):]
		}
		if s.name != "utf-8" {
			return trimBOM(decode(b, s.enc)), s.name
		}
		break
	}
	b = trimBOM(b)
	labels := []string{httpCharset(contentType), declaredCharset(b)}
	if utf8.Valid(b) && !stateful(labels) {
		if plain, ok := undoDoubleEncoding(b); ok {
			return plain, "utf-8"
		}
		return b, "utf-8"
	}
	for _, label := range labels {
		if enc, name := lookup(label); enc != nil && name != "utf-8" {
			return decode(b, enc), name
		}
	}
	if mostlyUTF8(b) {
		return bytes.ToValidUTF8(b, []byte("\uFFFD")), "utf-8"
	}
	return guess(b)
}

func trimBOM(b []byte) []byte {
	for bytes.HasPrefix(b, []byte("\xef\xbb\xbf")) {
		b = b[3:]
	}
	return b
}

func decode(b []byte, enc encoding.Encoding) []byte {
	out, err := enc.NewDecoder().Bytes(b)
	if err != nil { // no decoder in use fails: they write U+FFFD
		out = b
	}
	return bytes.ToValidUTF8(out, []byte("\uFFFD"))
}

// lookup finds an encoding by any of its names; nil when it has none, or needs another byte order
// than the document has (UTF-16 and UTF-32 were recognised before).
func lookup(label string) (encoding.Encoding, string) {
	if label == "" {
		return nil, ""
	}
	enc, name := charset.Lookup(label)
	if enc == nil {
		if enc, _ = ianaindex.IANA.Encoding(label); enc != nil {
			name = strings.ToLower(label)
		}
	}
	if strings.HasPrefix(name, "utf-16") || strings.HasPrefix(name, "utf-32") || name == "replacement" {
		return nil, ""
	}
	return enc, name
}

func httpCharset(contentType string) string {
	_, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		// "text/xml; charset= 'x'" and the like: take what stands behind the word.
		_, label, _ := strings.Cut(strings.ToLower(contentType), "charset=")
		label, _, _ = strings.Cut(label, ";")
		return strings.Trim(label, " \t'\"")
	}
	return strings.Trim(params["charset"], " '")
}

// declaredCharset reads the encoding of an XML declaration.
func declaredCharset(b []byte) string {
	head := b[:min(len(b), 1024)]
	_, decl, ok := bytes.Cut(head, []byte("<?xml"))
	if !ok {
		return ""
	}
	decl, _, _ = bytes.Cut(decl, []byte("?>"))
	_, value, ok := bytes.Cut(decl, []byte("encoding"))
	if !ok {
		return ""
	}
	value = bytes.TrimLeft(value, " \t\r\n=")
	if len(value) == 0 {
		return ""
	}
	quote := value[0]
	if quote != '"' && quote != '\'' {
		return ""
	}
	value, _, _ = bytes.Cut(value[1:], []byte{quote})
	return string(bytes.TrimSpace(value))
}

// stateful says whether a label names an encoding whose bytes are valid UTF-8 by design.
func stateful(labels []string) bool {
	for _, l := range labels {
		l = strings.ToLower(l)
		if strings.HasPrefix(l, "iso-2022-") || l == "hz-gb-2312" {
			return true
		}
	}
	return false
}

// undoDoubleEncoding repairs text that was UTF-8, was taken for windows-1252 and encoded again. It
// must hold for every character beyond ASCII, and no honest text is like that.
func undoDoubleEncoding(b []byte) ([]byte, bool) {
	first := bytes.IndexByte(b, 0xc3) // the lead bytes C2 to F4 stand in C3 82 to C3 B4
	if first < 0 || !ascii(b[:first]) {
		return nil, false
	}
	var out []byte // of what follows; the first character nearly always tells
	for i := first; i < len(b); {
		if b[i] < utf8.RuneSelf {
			out = append(out, b[i])
			i++
			continue
		}
		start := len(out)
		for i < len(b) && b[i] >= utf8.RuneSelf {
			r, n := utf8.DecodeRune(b[i:])
			c, ok := charmap.Windows1252.EncodeRune(r)
			if !ok {
				if r > 0xff {
					return nil, false
				}
				c = byte(r) // the five bytes that windows-1252 leaves undefined
			}
			out, i = append(out, c), i+n
		}
		if !utf8.Valid(out[start:]) {
			return nil, false
		}
	}
	return slices.Concat(b[:first], out), true
}

func ascii(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// mostlyUTF8 says whether a document with some bad bytes is UTF-8 all the same.
func mostlyUTF8(b []byte) bool {
	var good, bad int
	for len(b) > 0 {
		i := bytes.IndexFunc(b, func(r rune) bool { return r >= utf8.RuneSelf })
		if i < 0 {
			break
		}
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			bad++
		} else {
			good++
		}
		b = b[i+n:]
	}
	return good >= bad
}

// legacy lists what a language's pages were written in before UTF-8, the strictest first: a
// multi-byte encoding is taken only when every byte fits.
var legacy = map[string][]string{
	"ja": {"euc-jp", "shift_jis"},
	"zh": {"gb18030", "big5"},
	"ko": {"euc-kr"},
	"ru": {"windows-1251"}, "uk": {"windows-1251"}, "bg": {"windows-1251"}, "be": {"windows-1251"},
	"sr": {"windows-1251"}, "mk": {"windows-1251"},
	"pl": {"windows-1250"}, "cs": {"windows-1250"}, "sk": {"windows-1250"}, "hu": {"windows-1250"},
	"ro": {"windows-1250"}, "hr": {"windows-1250"}, "sl": {"windows-1250"},
	"el": {"windows-1253"}, "tr": {"windows-1254"}, "he": {"windows-1255"}, "ar": {"windows-1256"},
	"fa": {"windows-1256"}, "th": {"windows-874"}, "vi": {"windows-1258"},
	"lt": {"windows-1257"}, "lv": {"windows-1257"}, "et": {"windows-1257"},
}

// guess decodes bytes that nothing names: by the language that the document declares, and as
// windows-1252 when it declares none.
func guess(b []byte) ([]byte, string) {
	for _, label := range legacy[languageHint(b)] {
		enc, name := charset.Lookup(label)
		out := decode(b, enc)
		if !bytes.Contains(out, []byte("\uFFFD")) {
			return out, name
		}
	}
	return decode(b, charmap.Windows1252), "windows-1252"
}

// languageHint is the two-letter code that a document of unknown encoding declares near its start.
func languageHint(b []byte) string {
	head := b[:min(len(b), 4096)]
	for _, mark := range []string{"<language>", "<dc:language>", "xml:lang=\"", "xml:lang='", "\"language\": \"", "\"language\":\""} {
		if _, after, ok := bytes.Cut(head, []byte(mark)); ok {
			after = bytes.TrimSpace(after[:min(len(after), 16)])
			if len(after) >= 2 {
				return strings.ToLower(string(after[:2]))
			}
		}
	}
	return ""
}
