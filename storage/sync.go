package storage

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strings"

	"tributary/feeds"
)

// never is a due time that does not come.
const never = math.MaxInt64

// Sync makes the configured sources and topics the stored ones, and leaves equal ones alone: known
// sources keep their validators, due times and streaks. Those that are gone rest, with their articles
// and entries, until they come back. site is all else that documents show; when it changes, or what
// is shown of a source or topic, the topics get a new revision. New sources are due at once.
func (d *DB) Sync(ctx context.Context, sources []feeds.Source, topics []feeds.Topic, site string) error {
	err := d.engine.locked(ctx, func(s session) error {
		if err := d.syncSources(ctx, s, sources); err != nil {
			return err
		}
		return d.syncTopics(ctx, s, topics, site, faces(sources))
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
		fmt.Fprintf(digest, "%q%q%q\n", src.URL, src.Title, src.Publish)
	}
	return digest.Sum(nil)
}

// syncSources writes only what differs: most starts and reloads change few sources or none.
func (d *DB) syncSources(ctx context.Context, s session, sources []feeds.Source) error {
	stored := map[string][]string{} // columns of the active ones, by URL
	err := s.query(ctx, func(r rowScanner) error {
		c := make([]string, 8)
		err := r.Scan(&c[0], &c[1], &c[2], &c[3], &c[4], &c[5], &c[6], &c[7])
		stored[c[0]] = c
		return err
	}, `SELECT url, host, title, language, country, tags, publish, every FROM source WHERE active = 1`)
	if err != nil {
		return err
	}
	var hosts, changed, gone [][]any
	for _, src := range sources {
		host := HostOf(src.URL)
		c := []string{src.URL, host, src.Title, src.Language, src.Country, strings.Join(src.Tags, ","), string(src.Publish), src.Every}
		if !slices.Equal(stored[src.URL], c) {
			hosts = append(hosts, []any{host})
			changed = append(changed, []any{c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7]})
		}
		delete(stored, src.URL)
	}
	for url := range stored {
		gone = append(gone, []any{url})
	}
	if len(changed) == 0 && len(gone) == 0 {
		return nil
	}
	if err := d.lockHosts(ctx, s); err != nil {
		return err
	}
	err = s.each(ctx,
		step{`INSERT INTO host (name, due_at) VALUES ($1, now_ms()) ON CONFLICT DO NOTHING`, hosts},
		step{`INSERT INTO source (url, host, title, language, country, tags, publish, every, active, due_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, now_ms())
			ON CONFLICT (url) DO UPDATE SET host = $2, title = $3, language = $4, country = $5,
				tags = $6, publish = $7, every = $8, active = 1`, changed},
		step{`UPDATE source SET active = 0 WHERE url = $1`, gone})
	if err != nil {
		return err
	}
	return wakeHosts(ctx, s)
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

// nextDue is when a host can be claimed next: when its first source is due, after the host's gap; $1,
// which is never, when it has none.
const nextDue = `(SELECT CASE WHEN not_before > due THEN not_before ELSE due END FROM (
	SELECT coalesce(min(CASE WHEN held_until > due_at THEN held_until ELSE due_at END), $1) AS due
	FROM source WHERE host = name AND active = 1) AS first)`

// wakeHosts brings every free host's due time up to date. A host that is claimed gets it at its release.
func wakeHosts(ctx context.Context, s session) error {
	_, err := s.exec(ctx, `UPDATE host SET due_at = `+nextDue+` WHERE owner = ''`, int64(never))
	return err
}

func (d *DB) syncTopics(ctx context.Context, s session, topics []feeds.Topic, site string, sources []byte) error {
	type row struct {
		face   []byte
		active bool
	}
	stored := map[string]row{}
	// In the order in which visits lock them.
	err := s.query(ctx, func(r rowScanner) error {
		var slug string
		var t row
		if err := r.Scan(&slug, &t.face, &t.active); err != nil {
			return err
		}
		stored[slug] = t
		return nil
	}, `SELECT slug, face, active = 1 FROM topic ORDER BY id`+d.engine.dialect().forUpdate)
	if err != nil {
		return err
	}
	var added, changed [][]any
	for _, t := range topics {
		face := sha256.Sum256(fmt.Appendf(nil, "%q%q%q%q%x", t.Title, t.Description, t.Languages, site, sources))
		have, known := stored[t.ID]
		delete(stored, t.ID)
		switch {
		case !known:
			added = append(added, []any{t.ID, face[:]})
		case !have.active || !bytes.Equal(have.face, face[:]):
			changed = append(changed, []any{t.ID, face[:]})
		}
	}
	var gone [][]any
	for slug, t := range stored {
		if t.active {
			gone = append(gone, []any{slug})
		}
	}
	return s.each(ctx,
		step{`INSERT INTO topic (slug, active, face, changed_at) VALUES ($1, 1, $2, now_ms())`, added},
		step{`UPDATE topic SET active = 1, face = $2, ` + revise + ` WHERE slug = $1`, changed},
		step{`UPDATE topic SET active = 0 WHERE slug = $1`, gone},
	)
}

// revise is the part of an UPDATE of topic that makes a new revision; its time never goes back.
const revise = `version = version + 1, changed_at = CASE WHEN changed_at > now_ms() THEN changed_at ELSE now_ms() END`

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
