package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// How many clients ask at the same time, each over one connection, and how often a measurement is made.
const servingClients, servingRounds = 4, 5

// bareFile names, in a process's environment, the file that it serves as the bare handler; bareTag is its tag.
const bareFile, bareTag = "TRIBUTARY_BENCH_BARE", "TRIBUTARY_BENCH_TAG"

// serveBare is the least that an HTTP server in Go can do: a handler that answers with bytes from memory,
// which it compressed before, or with a 304 when the reader has them. It prints its address and never ends.
func serveBare(file string) error {
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	tag, length := os.Getenv(bareTag), strconv.Itoa(len(content))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	return http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("ETag", tag)
		if r.Header.Get("If-None-Match") == tag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		h.Set("Content-Type", "application/rss+xml; charset=utf-8")
		h.Set("Content-Encoding", "gzip")
		h.Set("Content-Length", length)
		_, _ = w.Write(content) // the client is ours and reads everything
	}))
}

// bareServer is a process of ours that serves as the bare handler.
type bareServer struct {
	cmd     *exec.Cmd
	address string
}

func startBare(ctx context.Context, file, tag string) (*bareServer, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, program)
	cmd.Env = append(os.Environ(), bareFile+"="+file, bareTag+"="+tag)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("the bare handler did not start: %w", err)
	}
	return &bareServer{cmd, strings.TrimSpace(line)}, nil
}

// load sends n requests and gives the CPU time that they took the server's process.
func load(pid int, address string, n int, fields string) (time.Duration, error) {
	request := "GET " + servedPath + " HTTP/1.1\r\nHost: " + address + "\r\nUser-Agent: bench/1.0\r\nAccept-Encoding: gzip\r\n" + fields + "\r\n"
	before, err := cpuOf(pid)
	if err != nil {
		return 0, err
	}
	var clients errgroup.Group
	for range servingClients {
		clients.Go(func() error { return ask(address, []byte(request), n/servingClients) })
	}
	if err := clients.Wait(); err != nil {
		return 0, err
	}
	after, err := cpuOf(pid)
	return after - before, err
}

// ask sends the request n times over one connection. All answers must be as long as the first.
func ask(address string, request []byte, n int) error {
	c, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer c.Close()
	buffer := make([]byte, 512<<10)
	size := 0
	for range n {
		if _, err := c.Write(request); err != nil {
			return err
		}
		for got := 0; size == 0 || got < size; {
			k, err := c.Read(buffer[got:])
			if err != nil {
				return fmt.Errorf("after %d bytes of an answer: %w", got, err)
			}
			if got += k; size == 0 {
				if size, err = length(buffer[:got]); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// length is how long an answer will be; 0 while its header is not whole.
func length(answer []byte) (int, error) {
	header, _, whole := bytes.Cut(answer, []byte("\r\n\r\n"))
	if !whole {
		return 0, nil
	}
	if !bytes.HasPrefix(header, []byte("HTTP/1.1 200")) && !bytes.HasPrefix(header, []byte("HTTP/1.1 304")) {
		return 0, fmt.Errorf("an answer begins with %.100q", header)
	}
	_, rest, found := bytes.Cut(header, []byte("\r\nContent-Length: "))
	if !found {
		return len(header) + 4, nil
	}
	text, _, _ := bytes.Cut(rest, []byte("\r\n"))
	body, err := strconv.Atoi(string(text))
	return len(header) + 4 + body, err
}

// cpuOf is the CPU time that a process has used, to the nanosecond, as the scheduler of Linux counts it.
func cpuOf(pid int) (time.Duration, error) {
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	if err != nil || len(threads) == 0 {
		return 0, errors.Join(fmt.Errorf("no CPU times of process %d in /proc", pid), err)
	}
	var sum time.Duration
	for _, thread := range threads {
		text, err := os.ReadFile(thread)
		if err != nil {
			return 0, err
		}
		var used int64
		if _, err := fmt.Sscan(string(text), &used); err != nil {
			return 0, fmt.Errorf("%s: %w", thread, err)
		}
		sum += time.Duration(used)
	}
	return sum, nil
}
