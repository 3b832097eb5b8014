package match

import (
	"fmt"
	"slices"
	"strings"

	"tributary/feeds"
)

// strictness is how much an article must be about the topic's places.
type strictness struct {
	score      float64 // of the topic's places, at least
	titleShare float64 // of all places' score, at least, when the title names one of them
	share      float64 // the same when it does not
}

var strictnesses = map[string]strictness{
	"loose":  {1, .20, .20},
	"":       {1.5, .20, .35},
	"normal": {1.5, .20, .35},
	"strict": {2, .25, .50},
}

// side says what a mention of a place is to a topic.
type side uint8

const (
	other   side = iota
	ours         // for it
	neutral      // a region around the topic's places: neither for it nor against it
)

// placeRule is a compiled places block.
type placeRule struct {
	strictness
	sides []side // per place
}

// places checks the block and finds the topics that a mention concerns.
func (c *compiler) places(block *feeds.Places) {
	rule := &placeRule{}
	var known bool
	if rule.strictness, known = strictnesses[block.Strictness]; !known {
		c.fail("places.strictness", "%q is not known: write loose, normal or strict", block.Strictness)
	}
	g := c.set.wantGazetteer()
	key := strings.Join(block.In, "\n")
	if rule.sides = c.set.sides[key]; rule.sides == nil { // mistakes are to be told each time
		if rule.sides = c.sides(g, block.In); len(c.errs) == 0 {
			c.set.sides[key] = rule.sides
		}
	}
	for p, s := range rule.sides {
		if s == ours {
			c.set.placeTopics[p] = append(c.set.placeTopics[p], c.index)
		}
	}
	c.topic.places = rule
	if len(block.Also) > 0 {
		c.weighted("places.also", block.Also, alsoRole)
	}
	c.plain("places.mask", block.Mask, slot{role: maskRole})
}

// sides says for every place what it is to the topic.
func (c *compiler) sides(g *gazetteer, in []string) []side {
	var countries, without []string
	listed := map[string]bool{}
	for i, text := range in {
		path := fmt.Sprintf("places.in[%d]", i)
		id, away := strings.CutPrefix(strings.TrimSpace(text), "-")
		place, err := g.source.Find(id)
		members := g.source.Countries(place.ID)
		switch {
		case err != nil:
			c.fail(path, "%v", err)
		case listed[place.ID]:
			c.fail(path, "%s stands in the list already: keep one", text)
		case away && !slices.ContainsFunc(members, func(m string) bool { return slices.Contains(countries, m) }):
			c.fail(path, "%s is not in what stands before it, so it cannot be taken out: put it after the region that holds it", text)
		case away:
			without = append(without, members...)
		default:
			countries = append(countries, members...)
		}
		listed[place.ID] = err == nil
	}
	kept := func(country string) bool {
		return slices.Contains(countries, country) && !slices.Contains(without, country)
	}
	if !slices.ContainsFunc(countries, kept) && len(c.errs) == 0 {
		c.fail("places.in", "the list names no place: write countries such as BR, or regions such as latin-america")
	}
	sides := make([]side, len(g.places))
	for i, id := range g.places {
		members := g.source.Countries(id)
		switch isRegion := !slices.Equal(members, []string{id}); {
		case isRegion && g.source.Within(id, countries) && slices.ContainsFunc(members, kept), !isRegion && kept(id):
			sides[i] = ours
		case isRegion && slices.ContainsFunc(members, kept):
			sides[i] = neutral
		}
	}
	return sides
}
