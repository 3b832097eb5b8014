package storage

import (
	"context"
	"errors"
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
	text    string // for the index; "" when it could find nothing

	topic        int64   // 0 for any
	sources      []int64 // nil for any; ascending
	language     string  // "" for any
	first, below int64   // ids from first on, and less than below
	limit        int
}

// firstSteps is how many articles, or hits of the index, the first turn of each way takes.
const firstSteps = 1000

// run gives the ids, the newest first.
func (h *hunt) run(ctx context.Context) ([]int64, error) {
	walked, indexed := trail{below: h.below}, trail{below: h.below}
	for steps := firstSteps; ; steps *= 4 {
		if h.walks() {
			if done, err := h.walk(ctx, &walked, steps); done || err != nil {
				return walked.found, err
			}
		}
		if h.text != "" {
			if done, err := h.ask(ctx, &indexed, steps); done || err != nil {
				return indexed.found, err
			}
		}
	}
}

// walks says whether to walk: not where the index gives the newest hits at once, and nothing else is asked.
func (h *hunt) walks() bool {
	return h.text == "" || h.topic != 0 || !h.dialect.streams || h.q.prefixes()
}

// trail is how far one way has come.
type trail struct {
	found []int64
	below int64 // what is left has ids below
}

// errEnough ends the reading of rows.
var errEnough = errors.New("enough")

// walk looks at the next articles, and says whether the search is at its end.
func (h *hunt) walk(ctx context.Context, t *trail, steps int) (done bool, err error) {
	from, args := `article a WHERE a.id < $1 AND a.id >= $2 ORDER BY a.id DESC LIMIT $3`, []any{t.below, h.first, steps}
	if h.topic != 0 {
		from = `entry e JOIN article a ON a.id = e.article_id
			WHERE e.topic_id = $4 AND e.article_id < $1 AND e.article_id >= $2 ORDER BY e.article_id DESC LIMIT $3`
		args = append(args, h.topic)
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
	inTopic, args := `1`, []any{h.text, t.below, h.first, steps}
	if h.topic != 0 {
		inTopic = `(SELECT count(*) FROM entry e WHERE e.article_id = h.id AND e.topic_id = $5)`
		args = append(args, h.topic)
	} else {
		args[3] = h.limit // every hit counts
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
	return hits < args[3].(int), err
}
