package parse

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// months are the names of the months and their beginnings of three letters or more, folded, as far
// as they are clear.
var months = func() map[string]int {
	names := [12]string{
		"january enero janeiro janvier januar gennaio januari janner gener",
		"february febrero fevereiro fevrier februar febbraio februari feber",
		"march marzo marco mars marz marzo maart mrz mrt",
		"april abril abril avril april aprile avr",
		"may mayo maio mai mai maggio mei maig",
		"june junio junho juin juni giugno juny",
		"july julio julho juillet juli luglio juliol",
		"august agosto agosto aout august agosto augustus agost",
		"september septiembre setembro septembre september settembre setiembre sept",
		"october octubre outubro octobre oktober ottobre octobre",
		"november noviembre novembro novembre november novembre",
		"december diciembre dezembro decembre dezember dicembre desembre",
	}
	m, unclear := map[string]int{}, map[string]bool{}
	for i, list := range names {
		for name := range strings.FieldsSeq(list) {
			for n := min(3, len(name)); n <= len(name); n++ {
				if other, ok := m[name[:n]]; ok && other != i+1 {
					unclear[name[:n]] = true
				}
				m[name[:n]] = i + 1
			}
		}
	}
	for name := range unclear {
		delete(m, name)
	}
	return m
}()

// zones are the abbreviations of time zones that feeds use, in minutes east of UTC. Where one has
// several meanings it is the one of RFC 822, and then that of the larger number of feeds.
var zones = map[string]int{
	"Z": 0, "UT": 0, "UTC": 0, "GMT": 0, "WET": 0, "WEST": 60, "BST": 60,
	"CET": 60, "CEST": 120, "MET": 60, "MEST": 120, "MEZ": 60, "MESZ": 120, "EET": 120, "EEST": 180, "MSK": 180, "MSD": 240, "TRT": 180,
	"EST": -300, "EDT": -240, "CST": -360, "CDT": -300, "MST": -420, "MDT": -360, "PST": -480, "PDT": -420,
	"ET": -300, "CT": -360, "MT": -420, "PT": -480, "AST": -240, "ADT": -180, "NST": -210, "NDT": -150,
	"AKST": -540, "AKDT": -480, "HST": -600, "HAST": -600,
	"ART": -180, "BRT": -180, "BRST": -120, "CLT": -240, "CLST": -180, "COT": -300, "PET": -300, "VET": -240, "ECT": -300,
	"BOT": -240, "UYT": -180, "UYST": -120, "PYT": -240, "PYST": -180, "GYT": -240, "AMT": -240, "FNT": -120,
	"WAT": 60, "CAT": 120, "SAST": 120, "EAT": 180, "IST": 330, "PKT": 300, "NPT": 345, "GST": 240, "IRST": 210,
	"ICT": 420, "WIB": 420, "WITA": 480, "WIT": 540, "SGT": 480, "HKT": 480, "PHT": 480, "MYT": 480, "AWST": 480,
	"JST": 540, "KST": 540, "ACST": 570, "ACDT": 630, "AEST": 600, "AEDT": 660, "NZST": 720, "NZDT": 780,
}

// foldWord is a word in lower case and without accents.
func foldWord(s string) string {
	ascii := true
	for i := range len(s) {
		ascii = ascii && s[i] < 0x80
	}
	s = strings.ToLower(s)
	if ascii {
		return s
	}
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFD.String(s))
}
