package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/robfig/cron/v3"

	"tributary/storage"
)

// When the jobs of the running service begin. What needs the disk waits until the start is over.
const (
	afterStart    = time.Minute
	pruneEvery    = time.Hour
	tuneEvery     = 24 * time.Hour
	healEvery     = time.Hour
	pruneTogether = 250 // articles in one transaction: visits wait for some 40 ms
)

// maintain keeps the database in shape until ctx ends: changed rules are applied, old articles go, its
// statistics are renewed, and backups are made as the config says.
func (s *service) maintain(ctx context.Context) error {
	jobs := s.newJobs(ctx)
	soon := time.Now().Add(afterStart)
	jobs.add("judge stored articles again", interval{time.Now().Add(time.Second), retagEvery}, s.retag)
	jobs.add("remove old articles", interval{soon, pruneEvery}, s.prune)
	jobs.add("optimise the database", interval{soon, tuneEvery}, s.db.Optimise)
	jobs.add("look for lost sources", interval{soon, healEvery}, s.heal)
	if s.plan.backups != nil {
		when, err := s.firstBackup(soon)
		if err != nil {
			return err
		}
		jobs.add("back up", when, s.backup)
	}
	jobs.run()
	return nil
}

// jobs are what the running service does again and again.
type jobs struct {
	*cron.Cron
	ctx context.Context // of the jobs; they run until it ends
	log *slog.Logger
}

// newJobs makes an empty list. A job that is still running is not started again, and one that panics runs
// again next time.
func (s *service) newJobs(ctx context.Context) *jobs {
	log := cronLogger{s.log}
	return &jobs{cron.New(cron.WithLocation(time.UTC), cron.WithLogger(log), cron.WithChain(cron.SkipIfStillRunning(log), cron.Recover(log))), ctx, s.log}
}

func (j *jobs) add(what string, when cron.Schedule, do func(context.Context) error) {
	j.Schedule(when, cron.FuncJob(func() {
		if err := do(j.ctx); err != nil && j.ctx.Err() == nil {
			j.log.Error(what, "err", err)
		}
	}))
}

// run runs the jobs until the context ends and those under way have, too.
func (j *jobs) run() {
	j.Start()
	<-j.ctx.Done()
	<-j.Stop().Done()
}

// prune removes what the config no longer keeps.
func (s *service) prune(ctx context.Context) error {
	keep := s.plan.Retention
	var cutoff time.Time
	if keep.Age > 0 {
		cutoff = time.Now().Add(-time.Duration(keep.Age))
	}
	removed, err := s.db.Prune(ctx, cutoff, keep.PerSource, pruneTogether)
	if removed > 0 {
		s.log.Info("old articles removed", "articles", removed)
	}
	return err
}

// backups is the name that the service's backups have, each with its time.
func (s *service) backups() string { return filepath.Join(s.plan.Backup.To, "tributary.db") }

// firstBackup counts an interval from the newest backup, so that a service that is often restarted
// makes its backups, too, and no more of them.
func (s *service) firstBackup(soon time.Time) (cron.Schedule, error) {
	every, ok := s.plan.backups.(interval)
	if !ok {
		return s.plan.backups, nil
	}
	_, newest, err := storage.DatedBackups(s.backups())
	if err != nil {
		return nil, err
	}
	every.first = newest.Add(every.every)
	if every.first.Before(soon) {
		every.first = soon
	}
	return every, nil
}

// backup makes a backup and drops the oldest.
func (s *service) backup(ctx context.Context) error {
	if err := os.MkdirAll(s.plan.Backup.To, 0o755); err != nil {
		return fmt.Errorf("make the folder for backups: %w", err)
	}
	started := time.Now()
	file := storage.DatedName(s.backups(), started)
	counts, err := storage.Backup(ctx, s.plan.Storage, file)
	if err != nil {
		return err
	}
	s.log.Info("backup made", "file", file, "articles", counts["article"], "took", time.Since(started).Round(time.Millisecond))
	return storage.KeepNewest(s.backups(), s.plan.Backup.Keep)
}

// cronLogger lets the scheduler of jobs write its errors to our log.
type cronLogger struct{ log *slog.Logger }

// Info implements cron.Logger. What it would tell, twice a second, would bury the visits in the debug log.
func (cronLogger) Info(string, ...any) {}

// Error implements cron.Logger.
func (l cronLogger) Error(err error, msg string, keysAndValues ...any) {
	l.log.Error("jobs: "+msg, append([]any{"err", err}, keysAndValues...)...)
}
