package storage

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
)

// hunt is one search under way. There are two ways to find articles, each of them whole: to walk along the
// stored ones, the newest first, and look at their text, and to ask the full-text index. The walk is the
// quicker one where much is found or the topic is small, the index where little is. Which it is shows in
// going both for a while, further each time.
type hunt struct {
	s       session
	dialect *dialect
	q       *query
	limits  [][]string // marks: an article has one of each
	text    string     // for the index; "" when it could find nothing

	dear bool   // the index gathers much before it gives anything
	rest string // for the index, without what makes it so; "" when nothing is left

	topic        int64   // 0 for any
	sources      []int64 // nil for any; ascending
	language     string  // "" for any
	first, below int64   // ids from first on, and less than below
	limit        int

	pace float64 // by how much the id of an article is above that of the one before; 0 until that is known
}

// manySources are so many that the index takes long to bring their articles together.
const manySources = 64

// prepare writes what the index is asked.
func (h *hunt) prepare() {
	var limits [][]string
	if h.language != "" {
		limits = append(limits, []string{languageMark(h.language)})
	}
	var marks []string
	for _, id := range h.sources {
		marks = append(marks, sourceMark(id))
	}
	rest, same := h.q.whole()
	h.dear = !same || len(marks) > manySources
	if len(marks) > 0 && len(marks) <= manySources {
		limits = append(limits, marks)
	}
	h.rest = rest.write(h.dialect.grammar, limits...)
	if len(marks) > manySources {
		limits = append(limits, marks)
	}
	h.limits = limits
	h.text = h.q.write(h.dialect.grammar, limits...)
}

// firstSteps is how many hits of the index the first turn takes, and walkShare how much more it costs to read
// an article than a hit.
const (
	firstSteps = 1000
	walkShare  = 4
)

// run gives the ids, the newest first.
func (h *hunt) run(ctx context.Context) ([]int64, error) {
	walk, ask := &way{h.walk, trail{below: h.below}}, &way{h.ask, trail{below: h.below}}
	ways := []*way{ask}
	switch {
	case h.text == "":
		ways = []*way{walk}
	case h.dear:
		ways = []*way{walk, ask}
	case h.topic != 0:
		ways = []*way{ask, walk}
		walk.further = func(ctx context.Context, t *trail, steps int) (bool, error) { return h.walk(ctx, t, steps/walkShare) }
	}
	for steps := firstSteps; ; steps *= 4 {
		for _, w := range ways {
			if done, err := w.further(ctx, &w.trail, steps); done || err != nil {
				return w.found, err
			}
		}
		if h.text != "" && h.topic == 0 { // what is found seldom is found seldom further on
			ways = []*way{ask}
		}
	}
}

// way is one of the two.
type way struct {
	further func(ctx context.Context, t *trail, steps int) (done bool, err error)
	trail
}

// trail is how far a way has come.
type trail struct {
	found []int64
	below int64 // what is left has ids below
	slice int   // about how many articles the index is asked for at once, where it does not stream; more where little is found
}

// errEnough ends the reading of rows.
var errEnough = errors.New("enough")

// walk looks at the next articles, and says whether the search is at its end.
func (h *hunt) walk(ctx context.Context, t *trail, steps int) (done bool, err error) {
	from, args := `article a WHERE a.id < $1 AND a.id >= $2 ORDER BY a.id DESC LIMIT $3`, []any{t.below, h.first, steps}
	if h.topic != 0 {
		// By pairs, or PostgreSQL might read along all topics' entries.
		from = `(SELECT article_id FROM entry WHERE (topic_id, article_id) < ($4, $1) AND (topic_id, article_id) >= ($4, $2)
			ORDER BY topic_id DESC, article_id DESC LIMIT $3) AS e JOIN article a ON a.id = e.article_id ORDER BY a.id DESC`
		args = append(args, h.topic)
	} else if h.rest != "" && h.dialect.streams {
		from = `(` + h.dialect.hits + `) AS h JOIN article a ON a.id = h.id ORDER BY a.id DESC`
		args = append(args, h.rest)
	}
	m, seen := h.q.matcher(), 0
	err = h.s.query(ctx, func(r rowScanner) error {
		var source int64
		var title, summary, language string
		if err := r.Scan(&t.below, &source, &title, &summary, &language); err != nil {
			return err
		}
		seen++
		if h.allows(source, language) && m.matches(title, summary) {
			if t.found = append(t.found, t.below); len(t.found) == h.limit {
				return errEnough
			}
		}
		return nil
	}, `SELECT a.id, a.source_id, a.title, a.summary, a.language FROM `+from, args...)
	if errors.Is(err, errEnough) {
		return true, nil
	}
	return seen < steps, err
}

func (h *hunt) allows(source int64, language string) bool {
	if h.sources != nil {
		if _, ok := slices.BinarySearch(h.sources, source); !ok {
			return false
		}
	}
	return h.language == "" || spoken(language) == h.language
}

// ask takes the next hits of the index, and says whether the search is at its end.
func (h *hunt) ask(ctx context.Context, t *trail, steps int) (done bool, err error) {
	first, text, most := h.first, h.text, steps
	if !h.dialect.streams {
		t.slice = cmp.Or(t.slice, steps)
		first, text, err = h.slice(ctx, t)
		if err != nil || t.below <= first {
			return err == nil, err
		}
		most = math.MaxInt32
	}
	inTopic, args := `1`, []any{t.below, first, most, text}
	if h.topic != 0 {
		inTopic = `(SELECT count(*) FROM entry e WHERE e.article_id = h.id AND e.topic_id = $5)`
		args = append(args, h.topic)
	} else {
		most = h.limit - len(t.found) // every hit counts
		args[2] = most
	}
	hits := 0
	err = h.s.query(ctx, func(r rowScanner) error {
		var in int
		if err := r.Scan(&t.below, &in); err != nil {
			return err
		}
		hits++
		if in > 0 {
			if t.found = append(t.found, t.below); len(t.found) == h.limit {
				return errEnough
			}
		}
		return nil
	}, `SELECT h.id, `+inTopic+` FROM (`+h.dialect.hits+`) AS h`, args...)
	if errors.Is(err, errEnough) {
		return true, nil
	}
	if hits < most {
		t.below = first
	}
	t.slice *= max(4, min(64, 500/(hits+1)))
	return t.below <= h.first, err
}

// slice gives where the next slice of the stored articles begins, and what to ask the index for so that it
// gives no more than the slice's hits.
func (h *hunt) slice(ctx context.Context, t *trail) (first int64, text string, err error) {
	if h.pace == 0 {
		var newest, nth, oldest int64
		const back = `SELECT id FROM article WHERE id < $1 AND id >= $2 ORDER BY id DESC LIMIT 1 OFFSET $3`
		if _, err := one(ctx, h.s, []any{&newest}, back, t.below, h.first, 0); err != nil {
			return 0, "", err
		}
		if _, err := one(ctx, h.s, []any{&nth}, back, t.below, h.first, t.slice); err != nil {
			return 0, "", err
		}
		if _, err := one(ctx, h.s, []any{&oldest}, `SELECT id FROM article WHERE id >= $1 ORDER BY id LIMIT 1`, h.first); err != nil {
			return 0, "", err
		}
		t.below, h.pace = newest+1, float64(newest-nth+1)/float64(t.slice)
		h.first = max(h.first, oldest)
	}
	if reach := h.pace * float64(t.slice); reach < float64(t.below-h.first) {
		first = t.below - int64(reach)
	} else {
		first = h.first
	}
	if marks := sliceMarks(first, t.below); marks != nil {
		return first, h.q.write(h.dialect.grammar, append(slices.Clone(h.limits), marks)...), nil
	}
	return first, h.text, nil
}
