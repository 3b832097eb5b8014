package parse

import (
	"strconv"
	"strings"
	"time"
	"unicode"
)

// parseDate reads a date in any of the ways that feeds write them: RFC 822, 850, 1123 and 3339, ISO
// 8601, Unix seconds, and what people write in English, Spanish, Portuguese, French, German and
// Italian. Without a zone it is UTC. Where 10/06 may be two days, it is the one nearest to now. It
// says false for what is no date, and for one before 1970 or after 2200.
func parseDate(s string, now time.Time) (time.Time, bool) {
	s = strings.TrimSpace(s)
	if len(s) < 4 || len(s) > 100 {
		return time.Time{}, false
	}
	for _, layout := range []string{time.RFC3339, time.RFC1123Z} { // nearly all of them
		if t, err := time.Parse(layout, s); err == nil {
			return credible(t)
		}
	}
	if t, ok := unixTime(s); ok {
		return credible(t)
	}
	var d dateReader
	if !d.read(tidyDate(s)) {
		return time.Time{}, false
	}
	return d.time(now)
}

// tidyDate makes plain spaces and signs of all, and one word of "p. m.".
func tidyDate(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r == '\u2212': // the minus of typographers
			return '-'
		}
		return r
	}, s)
	for _, half := range []string{"a", "p", "A", "P"} {
		for _, dots := range []string{".m.", ". m.", ".M.", ". M."} {
			s = strings.Replace(s, half+dots, half+"m", 1)
		}
	}
	return s
}

// credible says whether a time may be when something was published. The first day of Unix time is
// what software makes of nothing.
func credible(t time.Time) (time.Time, bool) {
	t = t.UTC()
	if t.Unix() < 2*24*60*60 || t.Year() > 2200 {
		return time.Time{}, false
	}
	return t, true
}

// unixTime reads seconds or milliseconds since 1970.
func unixTime(s string) (time.Time, bool) {
	digits, _, _ := strings.Cut(s, ".")
	n, err := strconv.ParseInt(digits, 10, 64)
	switch {
	case err != nil:
		return time.Time{}, false
	case len(digits) == 9 || len(digits) == 10:
		return time.Unix(n, 0), true
	case len(digits) == 13:
		return time.UnixMilli(n), true
	}
	return time.Time{}, false
}

// dateReader collects what a date says, in whatever order.
type dateReader struct {
	year, month, day     int
	yearDay              int
	hour, minute, second int
	fraction             time.Duration
	offset               int    // seconds east of UTC
	half                 string // "am" or "pm"
	timed, zoned         bool
	swappable            bool // day and month may be each other
}

// read takes a date apart. It says false when something cannot belong to a date.
func (d *dateReader) read(s string) bool {
	s = d.isoDate(s)
	for s != "" {
		n, ok := 1, true
		switch c := s[0]; {
		case digit(c):
			n, ok = d.number(s)
		case (c == '+' || c == '-') && d.timed && len(s) > 1 && digit(s[1]):
			n = d.zoneOffset(s)
		case letter(c):
			for n < len(s) && letter(s[n]) {
				n++
			}
			d.word(s[:n])
		}
		if !ok {
			return false
		}
		s = s[n:]
	}
	return true
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

func letter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80 }

// leadingInt is the number that s begins with, and how many digits it has.
func leadingInt(s string) (value, digits int) {
	for digits < len(s) && digits < 9 && digit(s[digits]) {
		value = 10*value + int(s[digits]-'0')
		digits++
	}
	return value, digits
}

// isoDate reads the date of ISO 8601 that s may begin with (2003-12-31, 2003-365, 20031231,
// 2003-12, also with slashes or dots), and gives what follows it.
func (d *dateReader) isoDate(s string) string {
	v, n := leadingInt(s)
	switch {
	case n == 8:
		d.year, d.month, d.day = v/10000, v/100%100, v%100
		return afterDate(s[8:])
	case n != 4 || len(s) < 7 || s[4] != '-' && s[4] != '/' && s[4] != '.':
		return s
	}
	sep := s[4]
	second, m := leadingInt(s[5:])
	rest := s[5+m:]
	switch {
	case m == 3:
		d.year, d.yearDay = v, second
		return afterDate(rest)
	case m == 0 || m > 2:
		return s
	}
	d.year, d.month, d.day = v, second, 1
	if rest == "" || rest[0] != sep {
		return afterDate(rest)
	}
	if day, k := leadingInt(rest[1:]); k == 1 || k == 2 {
		d.day = day
		return afterDate(rest[1+k:])
	}
	return rest
}

// afterDate skips the T between date and time.
func afterDate(s string) string {
	if len(s) > 1 && (s[0] == 'T' || s[0] == 't' || s[0] == '_') && digit(s[1]) {
		return " " + s[1:]
	}
	return s
}

// number reads what begins with a digit: a time, a date in numbers, a day or a year.
func (d *dateReader) number(s string) (int, bool) {
	v, n := leadingInt(s)
	if n == 9 {
		return n, false
	}
	rest := s[n:]
	if size, ok := d.clock(v, n, rest); ok {
		return n + size, true
	}
	if d.month == 0 && d.yearDay == 0 && n <= 2 {
		if size, ok := d.slashed(v, rest); ok {
			return n + size, true
		}
	}
	switch {
	case n >= 4 && d.timed && d.year != 0: // an offset without its sign
	case (n == 4 || n == 6) && (d.year != 0 && d.day != 0): // 20031231T1015, 20031231T101530
		if n == 4 {
			v *= 100
		}
		d.hour, d.minute, d.second, d.timed = v/10000, v/100%100, v%100, true
	case n == 4:
		d.year = v
	case d.day == 0 && d.yearDay == 0 && n <= 2:
		d.day = v
	case d.year == 0 && n == 2:
		d.year = fullYear(v)
	case d.year == 0 && n == 3: // a year counted from 1900, as buggy software does
		d.year = 1900 + v
	}
	return n, true
}

// fullYear is the year that two digits mean.
func fullYear(v int) int {
	if v < 70 {
		return 2000 + v
	}
	return 1900 + v
}

// clock reads a time of day whose hour has been read: 10:15, 10:15:30.5, 10h15.
func (d *dateReader) clock(hour, digits int, rest string) (int, bool) {
	if d.timed || digits > 2 || len(rest) < 1 {
		return 0, false
	}
	sep := rest[0]
	if sep == 'H' {
		sep = 'h'
	}
	if sep != ':' && sep != 'h' && (sep != '.' || d.day == 0 || d.year == 0) {
		return 0, false
	}
	minute, n := leadingInt(rest[1:])
	if n == 0 && sep == 'h' {
		d.hour, d.timed = hour, true
		return 1, true
	}
	if n == 0 || n > 2 {
		return 0, false
	}
	d.hour, d.minute, d.timed = hour, minute, true
	size := 1 + n
	if sep == 'h' || len(rest) <= size+1 || rest[size] != rest[0] {
		return size, true
	}
	second, k := leadingInt(rest[size+1:])
	if k == 0 || k > 2 {
		return size, true
	}
	d.second = second
	size += 1 + k
	if size+1 < len(rest) && (rest[size] == '.' || rest[size] == ',') && digit(rest[size+1]) {
		fraction, k := leadingInt(rest[size+1:])
		d.fraction = time.Duration(fraction) * time.Second
		for range k {
			d.fraction /= 10
		}
		size += 1 + k
		for size < len(rest) && digit(rest[size]) {
			size++
		}
	}
	return size, true
}

// slashed reads 31/12/2003 and its like, whose first number has been read.
func (d *dateReader) slashed(first int, rest string) (int, bool) {
	if len(rest) < 4 || rest[0] != '/' && rest[0] != '-' && rest[0] != '.' {
		return 0, false
	}
	second, n := leadingInt(rest[1:])
	if n == 0 || n > 2 || len(rest) < n+3 || rest[n+1] != rest[0] {
		return 0, false
	}
	year, k := leadingInt(rest[n+2:])
	switch k {
	case 2:
		year = fullYear(year)
	case 4:
	default:
		return 0, false
	}
	d.year = year
	switch {
	case rest[0] == '.' || first > 12: // dots are never American
		d.day, d.month = first, second
	default:
		d.month, d.day = first, second
		d.swappable = second <= 12
	}
	return n + 2 + k, true
}

// zoneOffset reads +0100, +01:00, +1 or +01.
func (d *dateReader) zoneOffset(s string) int {
	v, n := leadingInt(s[1:])
	size := 1 + n
	switch {
	case n <= 2:
		v *= 100
		if size < len(s)-2 && s[size] == ':' {
			if minute, k := leadingInt(s[size+1:]); k == 2 {
				v += minute
				size += 1 + k
			}
		}
	case n > 4:
		return size
	}
	offset := (v/100*60 + v%100) * 60
	if s[0] == '-' {
		offset = -offset
	}
	if offset > -24*60*60 && offset < 24*60*60 {
		d.offset, d.zoned = offset, true
	}
	return size
}

// word reads a month, a half of the day or a zone; what it does not know, it passes over.
func (d *dateReader) word(s string) {
	folded := foldWord(s)
	if m, ok := months[folded]; ok {
		if d.month == 0 || d.day == 0 || d.year == 0 { // "mar, 12 nov": the first was a weekday
			d.month = m
		}
		return
	}
	switch folded {
	case "am", "pm":
		d.half = folded
		return
	case "noon", "midi":
		d.hour, d.timed = 12, true
		return
	}
	if offset, ok := zones[strings.ToUpper(s)]; ok && d.timed && !d.zoned {
		d.offset = offset * 60
	}
}

// time makes the time of what was read.
func (d *dateReader) time(now time.Time) (time.Time, bool) {
	if d.yearDay > 0 {
		d.month, d.day = 1, d.yearDay
	}
	switch {
	case d.half == "pm" && d.hour < 12:
		d.hour += 12
	case d.half == "am" && d.hour == 12:
		d.hour = 0
	}
	if d.year == 0 || d.month < 1 || d.month > 12 || d.day < 1 || d.day > 31 && d.yearDay == 0 || d.day > 366 ||
		d.hour > 24 || d.minute > 59 || d.second > 60 {
		return time.Time{}, false
	}
	at := func(month, day int) time.Time {
		return time.Date(d.year, time.Month(month), day, d.hour, d.minute, d.second, int(d.fraction), time.UTC).
			Add(-time.Duration(d.offset) * time.Second)
	}
	t := at(d.month, d.day)
	if d.swappable && !now.IsZero() {
		if other := at(d.day, d.month); now.Sub(other).Abs() < now.Sub(t).Abs() {
			t = other
		}
	}
	return credible(t)
}
