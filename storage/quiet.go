package storage

import (
	"bytes"
	"context"
	"slices"

	"tributary/feeds"
)

// isQuiet says whether a visit brought nothing, and leaves its source as the lease found it but for what
// saveQuiet writes. Most visits are like that.
func isQuiet(l feeds.Lease, v feeds.Visit) bool {
	if !v.State.Result.OK() || v.State.Result == feeds.Fetched || v.Pause > 0 {
		return false
	}
	return slices.ContainsFunc(l.Due, func(before feeds.State) bool { return sameBut(&before, &v.State) })
}

// sameBut compares two states of a source in all that a quiet visit does not write.
func sameBut(a, b *feeds.State) bool {
	return a.Source == b.Source && a.ETag == b.ETag && a.LastModified == b.LastModified && a.ValidatorURL == b.ValidatorURL &&
		bytes.Equal(a.BodyHash, b.BodyHash) && a.Title == b.Title && a.SiteURL == b.SiteURL && a.Language == b.Language &&
		a.Adopted == b.Adopted && a.Moved == b.Moved && a.MovedSince.Equal(b.MovedSince) && a.MovedSeen == b.MovedSeen &&
		a.Proposal == b.Proposal && a.Paused.Equal(b.Paused) && a.Newest.Equal(b.Newest) && a.TTL == b.TTL && a.Skip == b.Skip &&
		a.Rhythm == b.Rhythm && a.Failures == b.Failures && a.Failing.Equal(b.Failing) && a.Gone.Equal(b.Gone) &&
		a.Reason == b.Reason && a.Habits == b.Habits
}

// saveQuiet stores a quiet visit in one statement, under its lease, and says whether it did: not when the
// lease is lost, nor when the source's articles are gone; then the long way tells more.
func (d *DB) saveQuiet(ctx context.Context, s session, l feeds.Lease, st feeds.State) (done bool, err error) {
	n, err := s.exec(ctx, `
		UPDATE source SET due_at = $1, last_visit = $2, last_success = $3, last_body = $4, because = $5, result = $6, ignored = $7,
			held_until = 0
		WHERE url = $8 AND host = $9
			AND EXISTS (SELECT 1 FROM host WHERE name = $9 AND token = $10`+d.engine.dialect().forUpdate+`)
			AND EXISTS (SELECT 1 FROM article_key WHERE source_id = source.id)`,
		millis(st.NextVisit), millis(st.LastVisit), millis(st.LastSuccess), millis(st.LastBody), st.Because, string(st.Result), st.Ignored,
		st.Source, l.Host, l.Token)
	return n == 1, err
}
