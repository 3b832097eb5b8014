package storage

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tributary/feeds"
)

// maxDue bounds the sources that one lease hands out, and so those that wait for nothing after a crash.
const maxDue = 8

// Claim leases up to n hosts that have due sources, those that wait longest first. Until a lease ends
// nobody else gets its host. A lease whose owner died is simply due again when it ends; the sources
// that were handed out with it are not due again before hold has passed.
func (d *DB) Claim(ctx context.Context, owner string, n int, lease, hold time.Duration) ([]feeds.Lease, error) {
	var leases []feeds.Lease
	until := time.Now().Add(lease) // by this machine's clock, and early: the database's runs out later
	err := d.engine.shared(ctx, func(s session) error {
		leases = nil
		err := s.query(ctx, func(r rowScanner) error {
			l := feeds.Lease{Until: until}
			err := r.Scan(&l.Host, &l.Token)
			leases = append(leases, l)
			return err
		}, `WITH due AS MATERIALIZED (
				SELECT name FROM host WHERE due_at <= now_ms() ORDER BY due_at LIMIT $1`+d.engine.dialect().skipLocked+`)
			UPDATE host SET due_at = now_ms() + $2, token = token + 1, owner = $3
			WHERE name IN (SELECT name FROM due) RETURNING name, token`, n, lease.Milliseconds(), owner)
		if err != nil || len(leases) == 0 {
			return err
		}
		return d.handOut(ctx, s, leases, hold)
	})
	if err != nil {
		return nil, fmt.Errorf("claim hosts: %w", err)
	}
	return leases, nil
}

// handOut gives the claimed hosts' due sources, and holds them.
func (d *DB) handOut(ctx context.Context, s session, leases []feeds.Lease, hold time.Duration) error {
	byHost := make(map[string]*feeds.Lease, len(leases))
	var hosts []string
	for i := range leases {
		byHost[leases[i].Host] = &leases[i]
		hosts = append(hosts, leases[i].Host)
	}
	cond, args := among(d.engine, "host", 3, hosts)
	err := s.query(ctx, func(r rowScanner) error {
		var host string
		st, err := scanState(r, &host)
		if err == nil {
			byHost[host].Due = append(byHost[host].Due, st)
		}
		return err
	}, `UPDATE source SET held_until = now_ms() + $1 WHERE id IN (
			SELECT id FROM (
				SELECT id, row_number() OVER (PARTITION BY host ORDER BY due_at) AS place FROM source
				WHERE `+visited+` AND due_at <= now_ms() AND held_until <= now_ms() AND `+cond+`) AS waiting
			WHERE place <= $2)
		RETURNING `+storedColumns+`, '', host`, append([]any{hold.Milliseconds(), maxDue}, args...)...)
	for _, l := range byHost {
		slices.SortFunc(l.Due, func(a, b feeds.State) int { return a.NextVisit.Compare(b.NextVisit) })
	}
	return err
}

// NextClaim says when a host can be claimed next, by this machine's clock; zero when none ever can.
func (d *DB) NextClaim(ctx context.Context) (time.Time, error) {
	wait := int64(never)
	err := d.engine.look(ctx, func(s session) error {
		_, err := one(ctx, s, []any{&wait}, `SELECT coalesce(min(due_at), $1) - now_ms() FROM host WHERE due_at < $1`, int64(never))
		return err
	})
	if err != nil {
		return time.Time{}, fmt.Errorf("look for due hosts: %w", err)
	}
	if wait > int64(time.Hour*24*365*10/time.Millisecond) {
		return time.Time{}, nil
	}
	return time.Now().Add(time.Duration(wait) * time.Millisecond), nil
}

// Release gives hosts back, and the sources of their leases that were not asked. A host is due again after
// its gap, or when its next source is. A lease that somebody else has taken over is left alone.
func (d *DB) Release(ctx context.Context, ended ...feeds.Release) error {
	slices.SortFunc(ended, func(a, b feeds.Release) int { return cmp.Compare(a.Host, b.Host) }) // as others lock them
	var freed, back, again [][]any
	for _, r := range ended {
		freed = append(freed, []any{int64(never), r.Host, r.Token, r.Gap.Milliseconds()})
		for _, url := range r.Unasked {
			back = append(back, []any{url, r.Host, r.Token})
		}
		if len(r.Unasked) > 0 {
			again = append(again, []any{int64(never), r.Host, r.Token})
		}
	}
	rested := later("not_before", "now_ms() + $4") // what it asked for while it was claimed may last longer
	err := d.engine.shared(ctx, func(s session) error {
		return s.each(ctx,
			step{`UPDATE host SET owner = '', not_before = ` + rested + `, due_at = ` + nextDue(rested) + `
				WHERE name = $2 AND token = $3`, freed},
			step{`UPDATE source SET held_until = 0 WHERE url = $1 AND EXISTS (SELECT 1 FROM host WHERE name = $2 AND token = $3)`, back},
			step{`UPDATE host SET due_at = ` + nextDue("not_before") + ` WHERE name = $2 AND token = $3`, again})
	})
	if err != nil {
		return fmt.Errorf("release hosts: %w", err)
	}
	return nil
}

// Due says how many sources are due now and were last visited before a moment, those of claimed hosts
// among them. Hosts that are to be left alone for longer than wait do not count.
func (d *DB) Due(ctx context.Context, before time.Time, wait time.Duration) (n int, err error) {
	err = d.engine.look(ctx, func(s session) error {
		_, err := one(ctx, s, []any{&n}, `
			SELECT count(*) FROM source JOIN host h ON h.name = host
			WHERE `+visited+` AND source.due_at <= now_ms() AND held_until <= now_ms() AND last_visit < $1 AND h.not_before <= now_ms() + $2`,
			millis(before), wait.Milliseconds())
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("count due sources: %w", err)
	}
	return n, nil
}

// Free ends the leases of owners that are dead, so that their hosts need not wait for the leases' ends.
func (d *DB) Free(ctx context.Context, dead func(owner string) bool) error {
	err := d.engine.write(ctx, func(s session) error {
		if err := d.lockHosts(ctx, s); err != nil {
			return err
		}
		var freed [][]any
		err := s.query(ctx, func(r rowScanner) error {
			var owner string
			err := r.Scan(&owner)
			if err == nil && dead(owner) {
				freed = append(freed, []any{owner})
			}
			return err
		}, `SELECT DISTINCT owner FROM host WHERE owner <> ''`)
		if err != nil || len(freed) == 0 {
			return err
		}
		// The token grows so that a dead owner that was not dead commits nothing.
		if err := s.each(ctx, step{`UPDATE host SET owner = '', token = token + 1 WHERE owner = $1`, freed}); err != nil {
			return err
		}
		return wakeHosts(ctx, s)
	})
	if err != nil {
		return fmt.Errorf("free the leases of dead processes: %w", err)
	}
	return nil
}

// Hurry makes all sources due now that were last visited longer than rest ago; those whose publishers asked
// for a pause only when evenPaused says so.
func (d *DB) Hurry(ctx context.Context, rest time.Duration, evenPaused bool) error {
	err := d.engine.write(ctx, func(s session) error {
		if err := d.lockHosts(ctx, s); err != nil {
			return err
		}
		_, err := s.exec(ctx, `UPDATE source SET held_until = 0, due_at = CASE WHEN due_at > now_ms() THEN now_ms() ELSE due_at END
			WHERE active = 1 AND last_visit <= now_ms() - $1 AND (paused_until <= now_ms() OR $2)`, rest.Milliseconds(), evenPaused)
		if err != nil {
			return err
		}
		return wakeHosts(ctx, s)
	})
	if err != nil {
		return fmt.Errorf("make sources due: %w", err)
	}
	return nil
}

// duplicateOf is the other source that is read in place of one: both end at one URL, which the other
// is configured with, or has adopted, too, and was there first.
const duplicateOf = `(SELECT o.url FROM source o WHERE source.adopted_url <> '' AND o.active = 1 AND o.id <> source.id
	AND (o.url = source.adopted_url AND o.adopted_url = '' OR o.adopted_url = source.adopted_url AND o.id < source.id)
	ORDER BY o.id LIMIT 1)`

// visited is the condition that a source is visited at all.
const visited = `active = 1 AND ` + duplicateOf + ` IS NULL`

const storedColumns = `url, etag, last_modified, validator_url, body_hash, own_title, site_url, own_language,
	due_at, paused_until, last_visit, last_success, newest, rhythm, ttl, failures, result, reason, habits,
	adopted_url, moved_url, moved_since, moved_seen, failing_since, gone_since, last_body, ignored, skip, because, proposal`

// stateColumns are all that a state has. A source that is handed out is visited, and so no duplicate.
const stateColumns = storedColumns + `, coalesce(` + duplicateOf + `, '')`

// scanState reads the state columns, and those that the statement gives beside them.
func scanState(r rowScanner, beside ...any) (st feeds.State, err error) {
	var etag, modified []byte
	var due, paused, visit, success, newest, rhythm, ttl, movedSince, failing, gone, body int64
	err = r.Scan(append([]any{&st.Source, &etag, &modified, &st.ValidatorURL, &st.BodyHash, &st.Title, &st.SiteURL, &st.Language,
		&due, &paused, &visit, &success, &newest, &rhythm, &ttl, &st.Failures, &st.Result, &st.Reason, &st.Habits,
		&st.Adopted, &st.Moved, &movedSince, &st.MovedSeen, &failing, &gone, &body, &st.Ignored, &st.Skip, &st.Because,
		&st.Proposal, &st.Duplicate}, beside...)...)
	st.ETag, st.LastModified = string(etag), string(modified)
	st.NextVisit, st.Paused, st.LastVisit = moment(due), moment(paused), moment(visit)
	st.LastSuccess, st.Newest, st.LastBody = moment(success), moment(newest), moment(body)
	st.MovedSince, st.Failing, st.Gone = moment(movedSince), moment(failing), moment(gone)
	st.Rhythm, st.TTL = time.Duration(rhythm)*time.Millisecond, time.Duration(ttl)*time.Millisecond
	return st, err
}

// fence gives the source of a visit, and fails when its host's lease holds no more. It says whether
// the source is now shown under another name, and whether its articles are gone. Until the transaction
// ends nobody can claim the host.
func (d *DB) fence(ctx context.Context, s session, l feeds.Lease, st feeds.State) (source int64, renamed, isEmptied bool, err error) {
	var held bool
	found, err := one(ctx, s, []any{&held, &source, &renamed, &isEmptied}, `
		SELECT h.token = $2, s.id, s.site_url <> $4 OR s.title = '' AND s.own_title <> $5, `+emptied+`
		FROM host h JOIN source s ON s.host = h.name WHERE h.name = $1 AND s.url = $3`+d.engine.dialect().forUpdate,
		l.Host, l.Token, st.Source, st.SiteURL, st.Title)
	switch {
	case err != nil:
		return 0, false, false, err
	case !found:
		return 0, false, false, feeds.ErrNotFound
	case !held:
		return 0, false, false, feeds.ErrLeaseLost
	}
	return source, renamed, isEmptied, nil
}

// stateSteps stores what a visit has learned about a source, which may be that it now is on another host.
func stateSteps(source int64, host string, st feeds.State) []step {
	var hosts, moved [][]any
	if now := HostOf(cmp.Or(st.Adopted, st.Source)); now != host {
		hosts, moved = [][]any{{int64(never), now}}, [][]any{{source, now}}
	}
	return []step{{`
		UPDATE source SET etag = $2, last_modified = $3, validator_url = $4, body_hash = $5, own_title = $6, site_url = $7,
			own_language = $8, due_at = $9, last_visit = $10, last_success = $11, newest = $12, rhythm = $13,
			failures = $14, result = $15, reason = $16, habits = $17, paused_until = $18,
			ttl = $19, adopted_url = $20, moved_url = $21, moved_since = $22, moved_seen = $23, failing_since = $24,
			gone_since = $25, last_body = $26, ignored = $27, skip = $28, because = $29, held_until = 0,
			proposal = CASE WHEN CAST($14 AS BIGINT) = 0 THEN $30 ELSE proposal END
		WHERE id = $1`, [][]any{{
		source, []byte(st.ETag), []byte(st.LastModified), st.ValidatorURL, notNil(st.BodyHash), st.Title, st.SiteURL,
		st.Language, millis(st.NextVisit), millis(st.LastVisit), millis(st.LastSuccess), millis(st.Newest),
		st.Rhythm.Milliseconds(), st.Failures, string(st.Result), strings.ToValidUTF8(st.Reason, "\uFFFD"), int64(st.Habits), millis(st.Paused),
		st.TTL.Milliseconds(), st.Adopted, st.Moved, millis(st.MovedSince), st.MovedSeen, millis(st.Failing),
		millis(st.Gone), millis(st.LastBody), st.Ignored, int64(st.Skip), st.Because,
		st.Proposal,
	}}},
		{addHost, hosts},
		{`UPDATE source SET host = $2 WHERE id = $1`, moved},
		{`UPDATE host SET due_at = ` + nextDue("not_before") + ` WHERE name = $2 AND owner = ''`, hosts},
	}
}

// pauseSteps keep the pause that a visit's host asks for, and with it the host that a redirect led to. It is
// stored with the visit, so that it holds although the process may die before it gives the host back.
func pauseSteps(host string, v feeds.Visit) []step {
	if v.Pause <= 0 {
		return nil
	}
	hosts := []string{host}
	if v.PausedBy != "" {
		hosts = append(hosts, HostOf(v.PausedBy))
	}
	var known, paused [][]any
	for _, name := range hosts {
		known = append(known, []any{int64(never), name})
		paused = append(paused, []any{v.Pause.Milliseconds(), name})
	}
	return []step{
		{addHost, known},
		{`UPDATE host SET not_before = ` + later("not_before", "now_ms() + $1") + `, due_at = ` + later("due_at", "now_ms() + $1") + `
			WHERE name = $2`, paused},
	}
}

// addHost makes a host known, which has nothing due yet.
const addHost = `INSERT INTO host (due_at, name) VALUES ($1, $2) ON CONFLICT DO NOTHING`

// later is the later one of two moments, in SQL.
func later(a, b string) string {
	return fmt.Sprintf("CASE WHEN %[1]s > %[2]s THEN %[1]s ELSE %[2]s END", a, b)
}

// notNil stands for the empty value in columns that are never null.
func notNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
