package match

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"tributary/feeds"
	"tributary/feeds/places"
)

// checkPlaces adds up what the article says of the topic's places and of all places.
func (w *work) checkPlaces(t *topic) bool {
	if t.places == nil {
		return true
	}
	score, all, inTitle := w.placeScores(t)
	least := t.places.share
	if inTitle {
		least = t.places.titleShare
	}
	c := feeds.Check{Part: "places", Score: score, Threshold: t.places.score, LeastShare: least}
	if all > 0 {
		c.Share = min(1, max(0, score/all))
	}
	if w.explaining {
		c.Others = w.others(t)
	}
	passed := enough(score, c.Threshold) && enough(c.Share, c.LeastShare) || w.assumed(t)
	return w.part(c, passed, func() string {
		switch {
		case score <= 0:
			return "no place of " + strings.Join(t.Places.In, ", ") + " is mentioned so that it counts"
		case !enough(score, c.Threshold):
			return "its places score " + lacking(score, c.Threshold)
		}
		return fmt.Sprintf("its places have %.0f%% of all places' score, and need %.0f%%: there are %s, too",
			100*c.Share, 100*c.LeastShare, c.Others)
	})
}

// placeScores gives the score of the topic's places and of all places, and says whether the title
// names one of the topic's.
func (w *work) placeScores(t *topic) (score, all float64, inTitle bool) {
	masks := cover{masks: w.verdict.masks}
	for i := range w.gaz.all {
		m := &w.gaz.all[i]
		if m.status != counts || m.name != noName && masks.over(m.field, m.start, m.end) != 0 {
			continue
		}
		switch t.places.sides[m.place] {
		case ours:
			score += m.score
			all += m.score
			inTitle = inTitle || m.field == 0 && m.name != noName
		case other:
			all += m.score
		}
	}
	for _, p := range w.verdict.pieces {
		if t.slots[p.slot].role == alsoRole {
			score += p.score
			all += p.score
			inTitle = inTitle || p.field == 0 && p.score > 0
		}
	}
	return score, all, inTitle
}

// assumed says whether every article of the source is about the topic's places.
func (w *work) assumed(t *topic) bool {
	return slices.ContainsFunc(w.gaz.assumed, func(p uint16) bool { return t.places.sides[p] == ours })
}

// others names the places, of those that are not the topic's, that score most.
func (w *work) others(t *topic) string {
	scores := map[uint16]float64{}
	for _, m := range w.gaz.all {
		if m.status == counts && t.places.sides[m.place] == other {
			scores[m.place] += m.score
		}
	}
	var ids []uint16
	for p := range scores {
		ids = append(ids, p)
	}
	slices.SortFunc(ids, func(a, b uint16) int { return cmp.Or(cmp.Compare(scores[b], scores[a]), cmp.Compare(a, b)) })
	var names []string
	for _, p := range ids[:min(3, len(ids))] {
		names = append(names, fmt.Sprintf("%s (%.4g)", w.set.gazetteer.title(p), scores[p]))
	}
	return strings.Join(names, ", ")
}

// title is a place's name for people.
func (g *gazetteer) title(place uint16) string {
	p, _ := g.source.Place(g.places[place])
	return cmp.Or(p.Title, g.places[place])
}

// placeHits gives the mentions of the topic's places as evidence, those that do not count too.
func (w *work) placeHits(t *topic, hits []feeds.Hit) []feeds.Hit {
	g := w.set.gazetteer
	masks := cover{masks: w.verdict.masks}
	for i := range w.gaz.all {
		m := &w.gaz.all[i]
		if m.name == noName {
			if t.places.sides[m.place] == ours {
				hits = append(hits, feeds.Hit{Term: g.title(m.place), Kind: "source", Place: g.places[m.place], Score: m.score})
			}
			continue
		}
		n := &g.names[m.name]
		h := feeds.Hit{Term: n.Text, Kind: n.Kind.String(), Place: n.Place, Field: fieldNames[m.field],
			Offset: int(m.start), Length: int(m.end - m.start)}
		if t.places.sides[m.place] != ours || n.Kind == places.Mask {
			hits = g.hiddenHits(t, n, h, hits)
			continue
		}
		by := masks.over(m.field, m.start, m.end)
		switch {
		case by != 0:
			h.Discarded = "masked by " + t.slots[by-1].text
		case m.status == weak:
			h.Discarded = "means other things too, and nothing else confirms the place"
		case m.status == section:
			h.Discarded = "a section of the source, which is from there"
		case m.status == miswritten:
			h.Discarded = "not written as a name: " + n.Text
		default:
			h.Score = m.score
		}
		hits = append(hits, h)
	}
	return hits
}

// hiddenHits adds the names of the topic's places that a longer name hides.
func (g *gazetteer) hiddenHits(t *topic, longer *name, h feeds.Hit, hits []feeds.Hit) []feeds.Hit {
	for _, id := range longer.hides {
		n := &g.names[id]
		if t.places.sides[n.place] == ours && n.Kind != places.Mask {
			h.Term, h.Kind, h.Place, h.Discarded = n.Text, n.Kind.String(), n.Place, "masked by "+longer.Text
			return append(hits, h)
		}
	}
	return hits
}
