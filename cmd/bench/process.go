package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// cost is what a process took.
type cost struct {
	cpu  time.Duration // user and system
	wall time.Duration
	peak int64 // bytes of memory that were resident at once
}

// run runs a program to its end, which must be a good one, and gives what it took.
func run(cmd *exec.Cmd) (cost, error) {
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return cost{}, fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, tail(out.String()))
	}
	c := costOf(cmd.ProcessState)
	c.wall = time.Since(start)
	return c, nil
}

// tail gives the last lines of a program's output, which say why it ended.
func tail(output string) string {
	const most = 2000
	return output[max(0, len(output)-most):]
}

func costOf(p *os.ProcessState) cost {
	c := cost{cpu: p.UserTime() + p.SystemTime()}
	if usage, ok := p.SysUsage().(*syscall.Rusage); ok {
		c.peak = usage.Maxrss << 10 // Linux counts in kB
	}
	return c
}

// cpuOfSelf is the CPU time that this process has used.
func cpuOfSelf() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err) // cannot happen: both arguments are valid
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// programs is where the programs under test were built, and the module that they came from.
type programs struct{ dir, module string }

// build builds the programs into dir.
func build(ctx context.Context, dir string) (programs, error) {
	cmd := exec.CommandContext(ctx, "go", "build", "-o", dir+string(filepath.Separator), "tributary/cmd/tributary", "tributary/cmd/farm")
	if out, err := cmd.CombinedOutput(); err != nil {
		return programs{}, fmt.Errorf("go build: %w\n%s", err, out)
	}
	module, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", "tributary").Output()
	if err != nil {
		return programs{}, fmt.Errorf("find the module: %w; run it inside the repository", err)
	}
	return programs{dir, strings.TrimSpace(string(module))}, nil
}

func (p programs) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(p.dir, name), args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 30 * time.Second
	return cmd
}
