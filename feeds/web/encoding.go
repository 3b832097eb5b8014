package web

import "strings"

// negotiate picks the coding for the Accept-Encoding fields of a request, as an index of codings
// (RFC 9110 §12.5.3): the highest weight wins, then the order of our table. ok is false when the
// reader excludes everything that we have.
func negotiate(fields []string) (pick int, ok bool) {
	var weights [len(codings)]int
	var named [len(codings)]bool
	rest, restSaid := 0, false
	for _, field := range fields {
		for element := range strings.SplitSeq(field, ",") {
			name, weight, valid := acceptance(element)
			if !valid {
				continue
			}
			if name == "*" {
				rest, restSaid = weight, true
				continue
			}
			for i, c := range codings {
				if !named[i] && (strings.EqualFold(name, c.name) || c.alias != "" && strings.EqualFold(name, c.alias)) {
					weights[i], named[i] = weight, true
				}
			}
		}
	}
	best := 0
	for i, weight := range weights {
		if restSaid && !named[i] {
			weight = rest
		}
		if weight > best {
			pick, best = i, weight
		}
	}
	if best > 0 {
		return pick, true
	}
	return identity, !named[identity] && !restSaid // welcome unless excluded, but the last choice
}

// acceptance reads one element of Accept-Encoding, such as "gzip;q=0.5", which gives 500.
func acceptance(element string) (name string, weight int, ok bool) {
	name, parameter, weighted := strings.Cut(element, ";")
	name = strings.TrimSpace(name)
	if !weighted {
		return name, 1000, name != ""
	}
	key, value, _ := strings.Cut(strings.TrimSpace(parameter), "=")
	if !strings.EqualFold(key, "q") {
		return "", 0, false
	}
	weight, ok = thousandths(value)
	return name, weight, ok && name != ""
}

// thousandths reads a qvalue: 0 to 1 with at most three decimals.
func thousandths(q string) (int, bool) {
	whole, decimals, _ := strings.Cut(q, ".")
	if whole != "0" && whole != "1" || len(decimals) > 3 {
		return 0, false
	}
	n := int(whole[0] - '0')
	for i := range 3 {
		digit := byte('0')
		if i < len(decimals) {
			digit = decimals[i]
		}
		if digit < '0' || digit > '9' {
			return 0, false
		}
		n = n*10 + int(digit-'0')
	}
	return n, n <= 1000
}
