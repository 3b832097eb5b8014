package storage

import (
	"context"
	"fmt"
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
	if at, err := d.NextClaim(ctx); err != nil || at.IsZero() || at.After(time.Now()) {
		return nil, err // an idle crawler does not write
	}
	var leases []feeds.Lease
	until := time.Now().Add(lease) // by this machine's clock, and early: the database's runs out later
	err := d.engine.write(ctx, func(s session) error {
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
		if err != nil {
			return err
		}
		for i := range leases {
			if leases[i].Due, err = handOut(ctx, s, leases[i].Host, hold); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("claim hosts: %w", err)
	}
	return leases, nil
}

// handOut gives a claimed host's due sources and holds them.
func handOut(ctx context.Context, s session, host string, hold time.Duration) (due []feeds.State, err error) {
	var held [][]any
	err = s.query(ctx, func(r rowScanner) error {
		st, err := scanState(r)
		due = append(due, st)
		held = append(held, []any{st.Source, hold.Milliseconds()})
		return err
	}, `SELECT `+stateColumns+` FROM source WHERE host = $1 AND active = 1 AND due_at <= now_ms() AND held_until <= now_ms()
		ORDER BY due_at LIMIT $2`, host, maxDue)
	if err != nil || hold == 0 {
		return due, err
	}
	return due, s.each(ctx, step{`UPDATE source SET held_until = now_ms() + $2 WHERE url = $1`, held})
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

// Release gives a host back, and the sources of the lease that were not asked. It is due again after
// gap, or when its next source is.
func (d *DB) Release(ctx context.Context, l feeds.Lease, gap time.Duration, unasked []string) error {
	var back [][]any
	for _, url := range unasked {
		back = append(back, []any{url})
	}
	err := d.engine.write(ctx, func(s session) error {
		freed, err := s.exec(ctx, `UPDATE host SET owner = '', not_before = now_ms() + $3 WHERE name = $1 AND token = $2`,
			l.Host, l.Token, gap.Milliseconds())
		if err != nil || freed == 0 {
			return err
		}
		if err := s.each(ctx, step{`UPDATE source SET held_until = 0 WHERE url = $1`, back}); err != nil {
			return err
		}
		_, err = s.exec(ctx, `UPDATE host SET due_at = `+nextDue+` WHERE name = $2`, int64(never), l.Host)
		return err
	})
	if err != nil {
		return fmt.Errorf("release %s: %w", l.Host, err)
	}
	return nil
}

// Due says how many sources are due now and were last visited before a moment, those of claimed hosts
// among them. Hosts that are to be left alone for longer than wait do not count.
func (d *DB) Due(ctx context.Context, before time.Time, wait time.Duration) (n int, err error) {
	err = d.engine.look(ctx, func(s session) error {
		_, err := one(ctx, s, []any{&n}, `
			SELECT count(*) FROM source s JOIN host h ON h.name = s.host
			WHERE s.active = 1 AND s.due_at <= now_ms() AND s.held_until <= now_ms() AND s.last_visit < $1 AND h.not_before <= now_ms() + $2`,
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

// Hurry makes sources due now, all of them or only those named, except those that keep has a reason
// to leave alone.
func (d *DB) Hurry(ctx context.Context, keep func(feeds.State) bool) error {
	err := d.engine.write(ctx, func(s session) error {
		if err := d.lockHosts(ctx, s); err != nil {
			return err
		}
		var due [][]any
		err := s.query(ctx, func(r rowScanner) error {
			st, err := scanState(r)
			if err == nil && !keep(st) {
				due = append(due, []any{st.Source})
			}
			return err
		}, `SELECT `+stateColumns+` FROM source WHERE active = 1`)
		if err != nil {
			return err
		}
		if err := s.each(ctx, step{`UPDATE source SET held_until = 0, due_at = CASE WHEN due_at > now_ms() THEN now_ms() ELSE due_at END WHERE url = $1`, due}); err != nil {
			return err
		}
		return wakeHosts(ctx, s)
	})
	if err != nil {
		return fmt.Errorf("make sources due: %w", err)
	}
	return nil
}

const stateColumns = `url, etag, last_modified, validator_url, body_hash, own_title, site_url, own_language,
	due_at, paused_until, last_visit, last_success, newest, rhythm, ttl, failures, result, reason, habits`

func scanState(r rowScanner) (st feeds.State, err error) {
	var etag, modified []byte
	var due, paused, visit, success, newest, rhythm, ttl int64
	err = r.Scan(&st.Source, &etag, &modified, &st.ValidatorURL, &st.BodyHash, &st.Title, &st.SiteURL, &st.Language,
		&due, &paused, &visit, &success, &newest, &rhythm, &ttl, &st.Failures, &st.Result, &st.Reason, &st.Habits)
	st.ETag, st.LastModified = string(etag), string(modified)
	st.NextVisit, st.Paused, st.LastVisit = moment(due), moment(paused), moment(visit)
	st.LastSuccess, st.Newest = moment(success), moment(newest)
	st.Rhythm, st.TTL = time.Duration(rhythm)*time.Millisecond, time.Duration(ttl)*time.Millisecond
	return st, err
}

// fence gives the source of a visit, and fails when its host's lease holds no more. It says whether
// the source is now shown under another name. Until the transaction ends nobody can claim the host.
func (d *DB) fence(ctx context.Context, s session, l feeds.Lease, st feeds.State) (source int64, renamed bool, err error) {
	var held bool
	found, err := one(ctx, s, []any{&held, &source, &renamed}, `
		SELECT h.token = $2, s.id, s.site_url <> $4 OR s.title = '' AND s.own_title <> $5
		FROM host h JOIN source s ON s.host = h.name WHERE h.name = $1 AND s.url = $3`+d.engine.dialect().forUpdate,
		l.Host, l.Token, st.Source, st.SiteURL, st.Title)
	switch {
	case err != nil:
		return 0, false, err
	case !found:
		return 0, false, feeds.ErrNotFound
	case !held:
		return 0, false, feeds.ErrLeaseLost
	}
	return source, renamed, nil
}

// stateStep stores what a visit has learned about a source.
func stateStep(source int64, st feeds.State) step {
	return step{`
		UPDATE source SET etag = $2, last_modified = $3, validator_url = $4, body_hash = $5, own_title = $6, site_url = $7,
			own_language = $8, due_at = $9, last_visit = $10, last_success = $11, newest = $12, rhythm = $13,
			failures = $14, result = $15, reason = $16, habits = $17, paused_until = $18,
			ttl = $19, held_until = 0
		WHERE id = $1`, [][]any{{
		source, []byte(st.ETag), []byte(st.LastModified), st.ValidatorURL, notNil(st.BodyHash), st.Title, st.SiteURL,
		st.Language, millis(st.NextVisit), millis(st.LastVisit), millis(st.LastSuccess), millis(st.Newest),
		st.Rhythm.Milliseconds(), st.Failures, string(st.Result), strings.ToValidUTF8(st.Reason, "\uFFFD"), int64(st.Habits), millis(st.Paused),
		st.TTL.Milliseconds(),
	}}}
}

// notNil stands for the empty value in columns that are never null.
func notNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
