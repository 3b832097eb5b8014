package storage

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strings"
	"time"

	"tributary/feeds"
)

// never is a due time that does not come.
const never = math.MaxInt64

// Sync makes the configured sources and topics the stored ones, and leaves equal ones alone: known
// sources keep their validators, due times and streaks. Those that are gone rest, with their articles
// and entries, until they come back. site is all else that documents show; when it changes, or what
// is shown of a source or topic, the topics get a new revision. New sources are due at once; where they
// are many, the later ones in the course of an hour (see Begin). Where a rule is new or another than
// before, or a source is said to be about other places or tags, Retag has work to do.
func (d *DB) Sync(ctx context.Context, sources []feeds.Source, topics []feeds.Topic, site string) error {
	err := d.engine.locked(ctx, func(s session) error {
		prefer, preferOthers, err := d.preferences(ctx, s, topics, sources)
		if err != nil {
			return err
		}
		otherwise, spoken, err := d.syncSources(ctx, s, sources)
		if err != nil {
			return err
		}
		if err := adoptRules(ctx, s, Rules(sources, topics)); err != nil {
			return err
		}
		if err := d.syncTopics(ctx, s, topics, site, faces(sources), otherwise); err != nil {
			return err
		}
		if err := d.syncStories(ctx, s, topics, prefer, preferOthers); err != nil {
			return err
		}
		return s.each(ctx, step{`UPDATE entry SET language = $2 WHERE article_id IN (
			SELECT id FROM article WHERE language = '' AND source_id = (SELECT id FROM source WHERE url = $1))`, spoken})
	})
	if err != nil {
		return fmt.Errorf("store the configuration: %w", err)
	}
	d.signal()
	return nil
}

// faces is a digest of what documents show of the sources' config.
func faces(sources []feeds.Source) []byte {
	digest := sha256.New()
	for _, src := range sources {
		fmt.Fprintf(digest, "%q%q%q%q\n", src.URL, src.Title, src.Publish, src.Language)
	}
	return digest.Sum(nil)
}

// syncSources writes only what differs: most starts and reloads change few sources or none. It says
// whether articles of a known source are now to be judged otherwise, and which known sources have another
// language than before.
func (d *DB) syncSources(ctx context.Context, s session, sources []feeds.Source) (otherwise bool, spoken [][]any, err error) {
	stored, err := storedSources(ctx, s)
	if err != nil {
		return false, nil, err
	}
	var hosts, changed, gone, added [][]any
	for _, src := range sources {
		was, known := stored[src.URL]
		host := HostOf(cmp.Or(was.adopted, src.URL))
		c := []string{src.URL, host, src.Title, src.Language, src.Country, strings.Join(src.Tags, ","), string(src.Publish), src.Every, strings.Join(src.Assume, ",")}
		if known && was.language() != src.Language {
			spoken = append(spoken, []any{src.URL, primary(src.Language)})
		}
		otherwise = otherwise || known && was.hints() != sourceRow{columns: c}.hints()
		if !was.active || !slices.Equal(was.columns, c) {
			hosts = append(hosts, []any{host})
			changed = append(changed, []any{c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7], c[8]})
			if !known {
				added = append(added, []any{src.URL})
			}
		}
		delete(stored, src.URL)
	}
	for url, left := range stored {
		if left.active {
			gone = append(gone, []any{url})
		}
	}
	for i := range added {
		added[i] = append(added[i], firstVisit(i, len(added)).Milliseconds())
	}
	if len(changed) == 0 && len(gone) == 0 {
		return otherwise, nil, nil
	}
	if err := d.lockHosts(ctx, s); err != nil {
		return false, nil, err
	}
	err = s.each(ctx,
		step{`INSERT INTO host (name, due_at) VALUES ($1, now_ms()) ON CONFLICT DO NOTHING`, hosts},
		step{`INSERT INTO source (url, host, title, language, country, tags, publish, every, assume, active, due_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, now_ms())
			ON CONFLICT (url) DO UPDATE SET host = $2, title = $3, language = $4, country = $5,
				tags = $6, publish = $7, every = $8, assume = $9, active = 1`, changed},
		step{`UPDATE source SET due_at = due_at + $2 WHERE url = $1`, added},
		step{`UPDATE source SET active = 0 WHERE url = $1`, gone})
	if err != nil {
		return false, nil, err
	}
	return otherwise, spoken, wakeHosts(ctx, s)
}

// sourceRow is a stored source as Sync finds it.
type sourceRow struct {
	columns []string // url, host, title, language, country, tags, publish, every, assume
	adopted string   // what is asked in its place, or ""
	active  bool
}

func (r sourceRow) language() string { return r.columns[3] }

// hints is what its articles are judged by.
func (r sourceRow) hints() [3]string { return [3]string{r.columns[4], r.columns[5], r.columns[8]} }

// storedSources gives the sources by URL.
func storedSources(ctx context.Context, s session) (map[string]sourceRow, error) {
	stored := map[string]sourceRow{}
	err := s.query(ctx, func(r rowScanner) error {
		c := make([]string, 9)
		row := sourceRow{columns: c}
		err := r.Scan(&c[0], &c[1], &c[2], &c[3], &c[4], &c[5], &c[6], &c[7], &c[8], &row.adopted, &row.active)
		stored[c[0]] = row
		return err
	}, `SELECT url, host, title, language, country, tags, publish, every, assume, adopted_url, active = 1 FROM source`)
	return stored, err
}

// Of sources that are new together the first start at once, the others in the course of an hour.
const (
	startTogether = 50
	startWithin   = time.Hour
)

// firstVisit is how long the i-th of n new sources waits.
func firstVisit(i, n int) time.Duration {
	if i < startTogether {
		return 0
	}
	return startWithin * time.Duration(i-startTogether+1) / time.Duration(n-startTogether)
}

// lockHosts holds every host until the transaction ends. Whoever changes many sources comes through
// here first, because a visit holds its host, then its source, then topics: in another order two
// transactions would wait for each other for ever.
func (d *DB) lockHosts(ctx context.Context, s session) error {
	if d.engine.dialect().forUpdate == "" {
		return nil // the writer is alone
	}
	return s.query(ctx, func(rowScanner) error { return nil }, `SELECT name FROM host ORDER BY name`+d.engine.dialect().forUpdate)
}

// nextDue is when a host can be claimed next: when its first source is due, but not before the end of its
// gap; $1, which is never, when it has none.
func nextDue(gap string) string {
	return fmt.Sprintf(`(SELECT %s FROM (
		SELECT coalesce(min(%s), $1) AS due
		FROM source WHERE host = name AND %s) AS first)`, later(gap, "due"), later("held_until", "source.due_at"), visited)
}

// wakeHosts brings every free host's due time up to date. A host that is claimed gets it at its release.
func wakeHosts(ctx context.Context, s session) error {
	_, err := s.exec(ctx, `UPDATE host SET due_at = `+nextDue("not_before")+` WHERE owner = ''`, int64(never))
	return err
}

// HostOf is the host that a source is visited at: the unit of politeness. It has no port, since one
// machine answers on all of them.
func HostOf(source string) string {
	u, err := url.Parse(source)
	if err != nil {
		return source
	}
	return strings.ToLower(u.Hostname())
}

// Sources gives every configured source as it is shown: with its own title where the config has none.
func (d *DB) Sources(ctx context.Context) (states []feeds.State, err error) {
	err = d.engine.read(ctx, func(s session) error {
		return s.query(ctx, func(r rowScanner) error {
			st, err := scanState(r)
			states = append(states, st)
			return err
		}, `SELECT `+stateColumns+` FROM source WHERE active = 1 ORDER BY url`)
	})
	if err != nil {
		return nil, fmt.Errorf("read the sources: %w", err)
	}
	return states, nil
}

// list turns a list of texts into a column and back; an empty one takes no space.
func list[T any](v []T) string {
	if len(v) == 0 {
		return ""
	}
	return asJSON(v)
}

// asJSON is a value as JSON.
func asJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // cannot happen: texts and numbers
	}
	return string(b)
}

func unlist[T any](column string) (v []T, err error) {
	if column == "" {
		return nil, nil
	}
	err = json.Unmarshal([]byte(column), &v)
	return v, err
}
