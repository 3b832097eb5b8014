package storage

import (
	"context"
	"fmt"
	"time"
)

// Begin makes the sources due that were never visited, however many they are. Those that were handed
// out and not visited keep waiting.
func (d *DB) Begin(ctx context.Context) error {
	err := d.engine.write(ctx, func(s session) error {
		if err := d.lockHosts(ctx, s); err != nil {
			return err
		}
		n, err := s.exec(ctx, `UPDATE source SET due_at = now_ms() WHERE active = 1 AND last_visit = 0 AND due_at > now_ms()`)
		if err != nil || n == 0 {
			return err
		}
		return wakeHosts(ctx, s)
	})
	if err != nil {
		return fmt.Errorf("make new sources due: %w", err)
	}
	return nil
}

// clockSlack is how far the newest visit may seem to lie in the future: clocks of machines differ.
const clockSlack = time.Minute

// Reset puts the schedule right after the clock has been set, and says by how much it was moved. jump
// is how far forward the clock was seen to go; 0 when nothing was seen, as at a start. A clock that was
// set back shows by itself: visits lie in the future then. Every source keeps the distance to its last
// visit, so that nobody is asked early, nobody waits longer than an interval, and those that were
// spread stay so. To do it twice, or in several processes, does no harm.
func (d *DB) Reset(ctx context.Context, jump time.Duration) (moved time.Duration, err error) {
	err = d.engine.write(ctx, func(s session) error {
		moved = max(jump, 0)
		if err := d.lockHosts(ctx, s); err != nil {
			return err
		}
		var ahead int64 // the newest visit, seen from now, or the configuring of a source that waits for its first
		if _, err := one(ctx, s, []any{&ahead}, `
			SELECT coalesce(max(CASE last_visit WHEN 0 THEN due_at - $1 ELSE last_visit END), 0) - now_ms() FROM source`,
			startWithin.Milliseconds()); err != nil {
			return err
		}
		if back := time.Duration(ahead) * time.Millisecond; back > clockSlack {
			moved = -back
		}
		if moved == 0 {
			return nil
		}
		set := "due_at = due_at + $1"
		for _, column := range []string{"held_until", "paused_until", "last_visit", "last_success", "last_body", "failing_since", "gone_since", "moved_since"} {
			set += ", " + column + " = CASE " + column + " WHEN 0 THEN 0 ELSE " + column + " + $1 END"
		}
		// What was visited since a jump forward has its time by the new clock.
		_, err := s.exec(ctx, `UPDATE source SET `+set+` WHERE last_visit <= now_ms() - $2`, moved.Milliseconds(), moved.Milliseconds())
		if err != nil {
			return err
		}
		_, err = s.exec(ctx, `UPDATE host SET due_at = due_at + $1, not_before = CASE not_before WHEN 0 THEN 0 ELSE not_before + $1 END
			WHERE due_at < $2`, moved.Milliseconds(), int64(never)/2)
		if err != nil {
			return err
		}
		return wakeHosts(ctx, s)
	})
	if err != nil {
		return 0, fmt.Errorf("set the schedule right after a change of the clock: %w", err)
	}
	return moved, nil
}
