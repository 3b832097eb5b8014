package web

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// agent is what a User-Agent field tells about a reader.
type agent struct {
	family      int // index of agents.families
	subscribers int // that a service reads for, as it says; 0 when it says nothing
}

// agents knows the User-Agent fields that were seen, so that each is read once. Readers look it up without a
// lock; its memory is bounded.
type agents struct {
	known    sync.Map     // agents by field
	count    atomic.Int64 // of those, or more
	families atomic.Pointer[[]string]
	mu       sync.Mutex // of a new family
}

const (
	mostAgents   = 2048
	mostFamilies = 256
	agentLength  = 256 // bytes of a field that are read
	familyLength = 40
	otherFamily  = "other" // has the index 0
)

func newAgents() *agents {
	a := &agents{}
	a.families.Store(&[]string{otherFamily})
	return a
}

// of gives the agent of a User-Agent field.
func (a *agents) of(field string) agent {
	if len(field) > agentLength {
		field = field[:agentLength]
	}
	if known, ok := a.known.Load(field); ok {
		return known.(agent)
	}
	return a.learn(field)
}

// name gives the agent's family.
func (a *agents) name(of agent) string { return (*a.families.Load())[of.family] }

func (a *agents) learn(field string) agent {
	fresh := agent{family: a.index(family(field)), subscribers: subscribers(field)}
	if a.count.Add(1) > mostAgents { // services write their numbers of subscribers here, which change
		a.known.Clear()
		a.count.Store(1)
	}
	a.known.Store(strings.Clone(field), fresh)
	return fresh
}

// index gives the place of a family, which is a new one while there is room, and else that of all others.
func (a *agents) index(name string) int {
	if i := slices.Index(*a.families.Load(), name); i >= 0 {
		return i
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	families := *a.families.Load()
	switch i := slices.Index(families, name); {
	case i >= 0:
		return i
	case len(families) == mostFamilies:
		return 0
	}
	families = append(slices.Clone(families), strings.Clone(name)) // not the request that it is a part of
	a.families.Store(&families)
	return len(families) - 1
}

// announced is how services that read for many people tell how many these are: "12 subscribers".
var announced = regexp.MustCompile(`(?i)\b(\d{1,9}) (?:subscribers?|readers?|followers?)\b`)

func subscribers(field string) int {
	m := announced.FindStringSubmatch(field)
	if m == nil {
		return 0
	}
	n, _ := strconv.Atoi(m[1]) // at most nine digits
	return n
}

// family gives the name of the program or service: what stands before a version, a comment or a number.
// What calls itself Mozilla is a browser, unless it says what it is "compatible" with.
func family(field string) string {
	if strings.HasPrefix(field, "Mozilla/") {
		_, field, _ = strings.Cut(field, "compatible; ")
		if field == "" {
			return "browser"
		}
	}
	if i := strings.IndexAny(field, "/;(),"); i >= 0 {
		field = field[:i]
	}
	var words []string
	for word := range strings.FieldsSeq(field) {
		if strings.ContainsAny(word, "0123456789:") && len(words) > 0 || word == "-" {
			break
		}
		words = append(words, strings.Map(plain, word))
	}
	name := strings.Join(words, " ")
	switch {
	case name == "":
		return "unnamed"
	case len(name) > familyLength:
		return name[:familyLength]
	}
	return name
}

// plain keeps printable ASCII.
func plain(r rune) rune {
	if r <= ' ' || r > '~' {
		return -1
	}
	return r
}
