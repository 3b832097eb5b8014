package parse

import (
	"strings"
	"testing"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// encode gives a text in an encoding by its name.
func encode(t testing.TB, s, name string) string {
	t.Helper()
	switch name {
	case "utf-16le":
		s, err := unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewEncoder().String(s)
		return must(t, s, err)
	case "utf-16be":
		s, err := unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder().String(s)
		return must(t, s, err)
	case "utf-32le":
		s, err := utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM).NewEncoder().String(s)
		return must(t, s, err)
	case "utf-32be":
		s, err := utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM).NewEncoder().String(s)
		return must(t, s, err)
	}
	enc, _ := charset.Lookup(name)
	if enc == nil {
		enc, _ = ianaindex.IANA.Encoding(name)
	}
	out, err := enc.NewEncoder().String(s)
	return must(t, out, err)
}

func must(t testing.TB, s string, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestToUTF8(t *testing.T) {
	rss := func(label, text string) string {
		if label != "" {
			label = ` encoding="` + label + `"`
		}
		return `<?xml version="1.0"` + label + `?><rss><channel><title>` + text + `</title></channel></rss>`
	}
	const spanish, russian, greek, polish, turkish = "Montañas y ríos: «añil»", "Новости дня", "Νέα της ημέρας", "Zażółć gęślą jaźń", "Güneş ışığı"
	const chinese, traditional, japanese, korean = "今日新闻要点", "今日新聞要點", "今日のニュース一覧", "오늘의 뉴스"
	for name, c := range map[string]struct {
		body, contentType, want, encoding string
	}{
		"UTF-8":                           {rss("utf-8", spanish), "", spanish, "utf-8"},
		"no declaration":                  {rss("", spanish), "", spanish, "utf-8"},
		"UTF-8 BOM":                       {"\ufeff" + rss("", spanish), "", spanish, "utf-8"},
		"two BOMs":                        {"\ufeff\ufeff" + rss("", spanish), "", spanish, "utf-8"},
		"BOM against HTTP":                {"\ufeff" + rss("", spanish), "text/xml; charset=iso-8859-1", spanish, "utf-8"},
		"UTF-8 labelled Latin-1":          {rss("iso-8859-1", spanish), "", spanish, "utf-8"},
		"UTF-8 served as Latin-1":         {rss("utf-8", spanish), "text/xml; charset=iso-8859-1", spanish, "utf-8"},
		"UTF-16LE with BOM":               {"\xff\xfe" + encode(t, rss("utf-16", russian), "utf-16le"), "", russian, "utf-16le"},
		"UTF-16BE with BOM":               {"\xfe\xff" + encode(t, rss("utf-16", russian), "utf-16be"), "", russian, "utf-16be"},
		"UTF-16LE without BOM":            {encode(t, rss("utf-16", russian), "utf-16le"), "", russian, "utf-16le"},
		"UTF-16BE without BOM":            {encode(t, rss("", russian), "utf-16be"), "", russian, "utf-16be"},
		"UTF-32LE with BOM":               {"\xff\xfe\x00\x00" + encode(t, rss("", russian), "utf-32le"), "", russian, "utf-32le"},
		"UTF-32BE with BOM":               {"\x00\x00\xfe\xff" + encode(t, rss("", russian), "utf-32be"), "", russian, "utf-32be"},
		"UTF-32LE without BOM":            {encode(t, rss("", russian), "utf-32le"), "", russian, "utf-32le"},
		"UTF-32BE without BOM":            {encode(t, rss("", russian), "utf-32be"), "", russian, "utf-32be"},
		"ASCII labelled UTF-16":           {rss("utf-16", "plain"), "", "plain", "utf-8"},
		"EBCDIC":                          {encode(t, rss("cp037", "plain"), "ibm037"), "", "plain", "cp037"},
		"Latin-1":                         {encode(t, rss("iso-8859-1", spanish), "windows-1252"), "", spanish, "windows-1252"},
		"Latin-1 in single quotes":        {strings.ReplaceAll(encode(t, rss("iso-8859-1", spanish), "windows-1252"), `"`, "'"), "", spanish, "windows-1252"},
		"Latin-9":                         {encode(t, rss("iso-8859-15", "10 €"), "iso-8859-15"), "", "10 €", "iso-8859-15"},
		"Latin-2":                         {encode(t, rss("iso-8859-2", polish), "iso-8859-2"), "", polish, "iso-8859-2"},
		"windows-1250":                    {encode(t, rss("windows-1250", polish), "windows-1250"), "", polish, "windows-1250"},
		"windows-1251":                    {encode(t, rss("windows-1251", russian), "windows-1251"), "", russian, "windows-1251"},
		"windows-1252 by HTTP":            {encode(t, rss("", spanish), "windows-1252"), "text/xml; charset=windows-1252", spanish, "windows-1252"},
		"windows-1253":                    {encode(t, rss("windows-1253", greek), "windows-1253"), "", greek, "windows-1253"},
		"windows-1254":                    {encode(t, rss("windows-1254", turkish), "windows-1254"), "", turkish, "windows-1254"},
		"windows-1256":                    {encode(t, rss("windows-1256", "اخبار"), "windows-1256"), "", "اخبار", "windows-1256"},
		"ISO-8859-5":                      {encode(t, rss("iso-8859-5", russian), "iso-8859-5"), "", russian, "iso-8859-5"},
		"ISO-8859-7":                      {encode(t, rss("iso-8859-7", greek), "iso-8859-7"), "", greek, "iso-8859-7"},
		"ISO-8859-9":                      {encode(t, rss("iso-8859-9", turkish), "iso-8859-9"), "", turkish, "windows-1254"},
		"KOI8-R":                          {encode(t, rss("koi8-r", russian), "koi8-r"), "", russian, "koi8-r"},
		"GB2312":                          {encode(t, rss("gb2312", chinese), "gbk"), "", chinese, "gbk"},
		"GB18030":                         {encode(t, rss("gb18030", chinese), "gb18030"), "", chinese, "gb18030"},
		"Big5":                            {encode(t, rss("big5", traditional), "big5"), "", traditional, "big5"},
		"Shift-JIS":                       {encode(t, rss("shift_jis", japanese), "shift_jis"), "", japanese, "shift_jis"},
		"EUC-JP":                          {encode(t, rss("euc-jp", japanese), "euc-jp"), "", japanese, "euc-jp"},
		"ISO-2022-JP":                     {encode(t, rss("iso-2022-jp", japanese), "iso-2022-jp"), "", japanese, "iso-2022-jp"},
		"EUC-KR":                          {encode(t, rss("euc-kr", korean), "euc-kr"), "", korean, "euc-kr"},
		"HTTP before declaration":         {encode(t, rss("iso-8859-1", russian), "windows-1251"), "text/xml; charset=windows-1251", russian, "windows-1251"},
		"HTTP with quotes":                {encode(t, rss("", russian), "windows-1251"), `text/xml;charset= 'windows-1251'`, russian, "windows-1251"},
		"unknown label":                   {encode(t, rss("x-none", spanish), "windows-1252"), "", spanish, "windows-1252"},
		"unknown HTTP label":              {encode(t, rss("koi8-r", russian), "koi8-r"), "text/xml; charset=x-none", russian, "koi8-r"},
		"Latin-1 labelled UTF-8":          {encode(t, rss("utf-8", spanish), "windows-1252"), "", spanish, "windows-1252"},
		"nothing says it":                 {encode(t, rss("", spanish), "windows-1252"), "", spanish, "windows-1252"},
		"only the language says it":       {encode(t, "<rss><channel><language>ru</language><title>"+russian+"</title></channel></rss>", "windows-1251"), "", russian, "windows-1251"},
		"Japanese, Shift-JIS unlabeled":   {encode(t, "<feed xml:lang='ja'><title>"+japanese+"</title></feed>", "shift_jis"), "", japanese, "shift_jis"},
		"Japanese, EUC unlabeled":         {encode(t, "<feed xml:lang='ja'><title>"+japanese+"</title></feed>", "euc-jp"), "", japanese, "euc-jp"},
		"encoded twice":                   {rss("utf-8", "MontaÃ±as y rÃ\u00ados â€œaÃ±ilâ€\u009d"), "", "Montañas y ríos “añil”", "utf-8"},
		"honest Ã":                        {rss("utf-8", "SÃO PAULO"), "", "SÃO PAULO", "utf-8"},
		"one byte beyond ASCII":           {rss("utf-8", "El Ni\xf1o"), "", "El Niño", "windows-1252"},
		"a zero byte before the document": {"\x00" + rss("utf-8", "año"), "", "año", "utf-8"},
		"one bad byte":                    {rss("utf-8", "año \xff nuevo: ñandú"), "", "año \uFFFD nuevo: ñandú", "utf-8"},
	} {
		text, encoding := toUTF8([]byte(c.body), c.contentType)
		if !strings.Contains(string(text), c.want+"<") || encoding != c.encoding {
			t.Errorf("%s: %s: %q", name, encoding, text)
		}
		f, err := Parse(Document{Body: []byte(c.body), ContentType: c.contentType})
		if err != nil || f.Title != c.want {
			t.Errorf("%s: parsed: %+v, %v", name, f, err)
		}
	}
}
