package fetch

import (
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// An answer that ends after any of its bytes is not an answer, whether the connection is closed or reset.
func TestCutAtEveryByte(t *testing.T) {
	gz := string(packed(t, "gzip", feed))
	for name, answer := range map[string][2]string{
		"length":  {"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 63\r\n\r\n", feed},
		"chunked": {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1e\r\n" + feed[:30] + "\r\n21\r\n" + feed[30:] + "\r\n0\r\n\r\n"},
		"gzip in chunks": {"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n",
			fmt.Sprintf("9\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n", gz[:9], len(gz)-9, gz[9:])},
		"gzip to the end": {"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n", gz},
	} {
		whole := answer[0] + answer[1]
		for end := range len(whole) + 1 {
			for _, reset := range []bool{false, true} {
				synctest.Test(t, func(t *testing.T) {
					c := piped(t, func(p *pipe) {
						p.request()
						if p.answer(whole[:end]); reset {
							p.reset()
						}
					})
					res, err := c.Get(t.Context(), Request{URL: plainURL})
					switch e, _ := err.(*Error); {
					case end == len(whole) && err == nil && string(res.Body) == feed:
					case e == nil && end < len(whole), e != nil && e.Kind != Broken && (e.Kind != Protocol || end > len(answer[0])):
						t.Errorf("%s, %d of %d bytes: %v, %v", name, end, len(whole), res, err)
					}
				})
			}
		}
	}
}

// Data without end are left at a limit, however well they are packed.
func TestCodingsWithoutEnd(t *testing.T) {
	zeros := strings.Repeat("\x00", 1<<20)
	skippable := "\x50\x2a\x4d\x18\x00\x10\x00\x00" + strings.Repeat("x", 4096) // zstd, RFC 8878 §3.1.2
	for _, tt := range []struct{ name, coding, start, block, words string }{
		{"members of zeros", "gzip", "", string(packed(t, "gzip", zeros)), "200 times"},
		{"members of nothing", "gzip", "", strings.Repeat(string(packed(t, "gzip", "")), 500), "more than 10 MiB to transfer"},
		{"members of text", "gzip", "", string(packed(t, "gzip", swelling(1<<20))), "more than 25 MiB once decoded"},
		{"frames of zeros", "zstd", "", string(packed(t, "zstd", zeros)), "200 times"},
		{"frames to skip", "zstd", "", skippable, "more than 10 MiB to transfer"},
		{"frames of text", "zstd", "", string(packed(t, "zstd", swelling(1<<20))), "more than 25 MiB once decoded"},
		{"members of nothing, packed", "gzip, gzip", "", string(packed(t, "gzip", strings.Repeat(string(packed(t, "gzip", "")), 1<<16))), "200 times"},
		{"members of nothing, not announced", "", "", strings.Repeat(string(packed(t, "gzip", "")), 500), "more than 10 MiB to transfer"},
	} {
		f := fault{tt.name, repeats(ok+"Content-Encoding: "+tt.coding+"\n\n", tt.block, 0), TooBig, tt.words, 0}
		t.Run(tt.name, func(t *testing.T) { f.run(t, plainURL, well) })
	}
}

// descriptors counts the files and connections that the process holds.
func descriptors(t *testing.T) int {
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("this system does not tell which descriptors are open")
	}
	return len(list)
}

// crash closes a connection so that the other end sees a reset.
func crash(conn net.Conn) {
	_ = conn.(*net.TCPConn).SetLinger(0)
	conn.Close()
}

// faulty serves connections on loopback, each with the next of the answers; every other one crashes at its
// end.
func faulty(l net.Listener, answers []string) {
	var running sync.WaitGroup
	defer running.Wait()
	for n := 0; ; n++ {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		running.Go(func() {
			_, _ = conn.Read(make([]byte, 4<<10))
			_, _ = io.WriteString(conn, answers[n%len(answers)])
			if n/len(answers)%2 == 0 {
				crash(conn)
			} else {
				conn.Close()
			}
		})
	}
}

// Ten thousand fetches that fail leave nothing behind: no descriptor here, no goroutine in TestMain.
func TestNoLeak(t *testing.T) {
	answers := []string{
		"", "SSH-2.0-OpenSSH_9.6\r\n\r\n", "HTTP/1.1 20", "HTTP/1.1 200 OK\r\nContent-", lines(good)[:len(lines(good))-1],
		"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone", "HTTP/1.1 404 Not Found\r\n\r\ngone", "HTTP/1.1 204 No Content\r\n\r\n",
		"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: irc\r\n\r\n", "HTTP/1.1 304 Not Modified\r\n\r\n",
		"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 302 Found\r\nLocation: ftp://x/\r\n\r\nwith a body",
		"HTTP/1.1 421 Misdirected Request\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 103 Early Hints\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 11534336\r\n\r\n<a>", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n<a>\r\nzz",
		"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + string(packed(t, "gzip", feed)[:30]),
		"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\n" + feed, "HTTP/1.1 200 OK\r\nContent-Encoding: zstd\r\n\r\n" + feed,
		"HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", MaxHeader) + "\r\n\r\n",
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	serving.Go(func() { faulty(l, answers) })
	c := local(t)
	before := descriptors(t)
	var fetching sync.WaitGroup
	for worker := range 8 {
		fetching.Go(func() {
			for n := range 1250 {
				scheme := "http://"
				if (n+worker)%10 == 0 {
					scheme = "https://" // to which none of the answers is one
				}
				if res, err := c.Get(t.Context(), Request{URL: scheme + l.Addr().String()}); err == nil {
					t.Errorf("got %+v", res)
				}
			}
		})
	}
	fetching.Wait()
	l.Close()
	serving.Wait()
	c.Close()
	after := descriptors(t)
	for range 100 { // closing takes its time
		if after <= before+5 {
			return
		}
		time.Sleep(20 * time.Millisecond)
		after = descriptors(t)
	}
	t.Errorf("%d descriptors before, %d after", before, after)
}

// A connection is kept after a whole answer, whatever the answer is, and no other.
func TestOnlyWholeAnswersKeepTheirConnection(t *testing.T) {
	for _, tt := range []struct {
		name string
		play func(*pipe)
		kept bool
	}{
		{"a feed", sends(good), true},
		{"a refusal", sends("HTTP/1.1 404 Not Found\nContent-Length: 4\n\ngone"), true},
		{"not modified", sends("HTTP/1.1 304 Not Modified\n\n"), true},
		{"a long refusal", sends("HTTP/1.1 404 Not Found\nContent-Length: 100000\n\n" + strings.Repeat("x", 100_000)), false},
		{"a refusal that stops", hangs("HTTP/1.1 404 Not Found\nContent-Length: 4\n\ngon"), false},
		{"a bad coding", sends("HTTP/1.1 200 OK\nContent-Encoding: lzma\nContent-Length: 3\n\n<a>"), false},
		{"another protocol", hangs("HTTP/1.1 101 Switching Protocols\nConnection: upgrade\nUpgrade: irc\n\n"), false},
		{"more than it said", sends(good + good), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				connections := 0
				c := piped(t, func(p *pipe) {
					connections++
					tt.play(p)
				})
				for range 2 {
					_, _ = c.Get(t.Context(), Request{URL: plainURL, ETag: `"1"`, ValidatorURL: plainURL})
					synctest.Wait()
				}
				if kept := connections == 1; kept != tt.kept {
					t.Errorf("%d connections for two requests", connections)
				}
			})
		})
	}
}
