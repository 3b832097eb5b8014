package storage_test

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"tributary/feeds"
	"tributary/storage"
)

// BenchmarkClaims claims and gives back hosts from four processes on one PostgreSQL database, and
// reports how many claims a second they make together. The processes are this test binary again.
func BenchmarkClaims(b *testing.B) {
	if dsn := os.Getenv("TRIBUTARY_BENCH_CLAIM"); dsn != "" {
		claimFor(b, dsn, 3*time.Second)
		return
	}
	const hosts, processes = 10_000, 4
	dsn := emptyDatabase(b, postgres(b))
	db, err := storage.Open(b.Context(), dsn, nil)
	if err != nil {
		b.Fatal(err)
	}
	var sources []feeds.Source
	for i := range hosts {
		sources = append(sources, feeds.Source{URL: fmt.Sprintf("https://h%d.example/feed", i)})
	}
	if err := db.Sync(b.Context(), sources, nil, ""); err != nil {
		b.Fatal(err)
	}
	if err := db.Begin(b.Context()); err != nil {
		b.Fatal(err)
	}
	if err := db.Close(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		var running []*exec.Cmd
		var outputs []*strings.Builder
		for range processes {
			cmd := exec.Command(os.Args[0], "-test.run", "^$", "-test.bench", "^BenchmarkClaims$", "-test.benchtime", "1x")
			cmd.Env = append(os.Environ(), "TRIBUTARY_BENCH_CLAIM="+dsn)
			out := &strings.Builder{}
			cmd.Stdout = out
			if err := cmd.Start(); err != nil {
				b.Fatal(err)
			}
			running, outputs = append(running, cmd), append(outputs, out)
		}
		total := 0
		for i, cmd := range running {
			if err := cmd.Wait(); err != nil {
				b.Fatal(err, outputs[i])
			}
			_, after, _ := strings.Cut(outputs[i].String(), "claims: ")
			line, _, _ := strings.Cut(after, "\n")
			n, err := strconv.Atoi(line)
			if err != nil {
				b.Fatal(err, outputs[i])
			}
			total += n
		}
		b.ReportMetric(float64(total)/3, "claims/s")
	}
}

// claimFor claims sixteen hosts at a time, which are due again at once.
func claimFor(b *testing.B, dsn string, d time.Duration) {
	db, err := storage.Open(b.Context(), dsn, nil)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	claims := 0
	for end := time.Now().Add(d); time.Now().Before(end); {
		leases, err := db.Claim(b.Context(), fmt.Sprint(os.Getpid()), 16, time.Minute, 0)
		if err != nil {
			b.Fatal(err)
		}
		for _, l := range leases {
			if err := db.Release(b.Context(), feeds.Release{Lease: l}); err != nil {
				b.Fatal(err)
			}
		}
		claims += len(leases)
	}
	fmt.Printf("\nclaims: %d\n", claims)
}
