package main

import (
	"context"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
)

// notify tells the service manager how we are (sd_notify(3)). Without one it does nothing.
func notify(log *slog.Logger, lines ...string) {
	if _, err := daemon.SdNotify(false, strings.Join(lines, "\n")); err != nil {
		log.Warn("cannot tell the service manager", "err", err)
	}
}

// askAgain is the pause until somebody who is not ready is asked again.
const askAgain = 100 * time.Millisecond

// supervised tells the service manager when we are ready and when we stop and, where it wants to know,
// that we are alive: alive asks for a path as a client would. It ends with ctx, or at once when there is
// no service manager.
func supervised(ctx context.Context, log *slog.Logger, status string, alive func(ctx context.Context, path string) error) error {
	if os.Getenv("NOTIFY_SOCKET") == "" {
		return nil
	}
	every, err := daemon.SdWatchdogEnabled(false)
	if err != nil {
		return err
	}
	for alive(ctx, "/readyz") != nil {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(askAgain):
		}
	}
	notify(log, daemon.SdNotifyReady, "STATUS="+status)
	defer notify(log, daemon.SdNotifyStopping)
	if every == 0 {
		<-ctx.Done()
		return nil
	}
	ticks := time.NewTicker(every / 3) // two may be missed
	defer ticks.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticks.C:
		}
		in, cancel := context.WithTimeout(ctx, every/3)
		err := alive(in, "/healthz")
		cancel()
		if err == nil {
			notify(log, daemon.SdNotifyWatchdog)
		} else if ctx.Err() == nil {
			log.Error("the web server does not answer", "err", err)
		}
	}
}
