package fetch

import (
	"strings"
	"testing"
	"time"
)

const (
	ok      = "HTTP/1.1 200 OK\n"
	chunked = ok + "Transfer-Encoding: chunked\n\n"
	early   = "ended before the answer was complete"
)

// faultsOfHTTP1 are played over plain TCP and over TLS.
var faultsOfHTTP1 = []fault{
	// no answer
	{"closed before the request", func(p *pipe) {}, Broken, early, 0},
	{"reset before the request", func(p *pipe) { p.reset() }, Broken, early, 0},
	{"closed after the request", ends(""), Broken, early, 0},
	{"reset after the request", resets(""), Broken, early, 0},
	{"silence", hangs(""), Timeout, "no header within 20s of the request", HeaderLimit},
	{"nothing but line ends", ends("\n\n\n\n"), Protocol, "malformed HTTP", 0},

	// status line
	{"another protocol", ends("SSH-2.0-OpenSSH_9.6\n\n"), Protocol, "malformed HTTP", 0},
	{"a mail server", hangs("220 mail.example ESMTP\n"), Protocol, "malformed HTTP", 0},
	{"HTTP/0.9", ends(feed), Protocol, "malformed HTTP", 0},
	{"a radio station", ends("ICY 200 OK\n\n" + feed), Protocol, "malformed HTTP", 0},
	{"protocol in small letters", ends("http/1.1 200 OK\n\n" + feed), Protocol, "malformed HTTP", 0},
	{"no protocol", ends("200 OK\n\n" + feed), Protocol, "malformed HTTP", 0},
	{"no version", ends("HTTP 200 OK\n\n" + feed), Protocol, "malformed HTTP", 0},
	{"version of one number", ends("HTTP/1 200 OK\n\n" + feed), Protocol, "malformed HTTP", 0},
	{"no status", ends("HTTP/1.1\n\n" + feed), Protocol, "malformed HTTP", 0},
	{"status of words", ends("HTTP/1.1 OK\n\n" + feed), Protocol, "malformed HTTP", 0},
	{"status of two digits", ends("HTTP/1.1 20 OK\n\n" + feed), Protocol, "malformed HTTP", 0},
	{"status of four digits", ends("HTTP/1.1 2000 OK\n\n" + feed), Protocol, "malformed HTTP", 0},
	{"status below zero", ends("HTTP/1.1 -20 OK\n\n" + feed), Protocol, "malformed HTTP", 0},
	{"status without a space", ends("HTTP/1.1 200OK\n\n" + feed), Protocol, "malformed HTTP", 0},
	{"status zero", ends("HTTP/1.1 000 OK\n\n" + feed), Protocol, "status 0 does not answer", 0},
	{"status line without end", repeats("", strings.Repeat("x", 4096), 0), TooBig, "more than 64 KiB of header", 0},
	{"silence in the status line", hangs("HTTP/1.1 20"), Timeout, "no header within 20s", HeaderLimit},

	// interim answers
	{"early hints and the end", ends("HTTP/1.1 103 Early Hints\n\n"), Broken, early, 0},
	{"continue and silence", hangs("HTTP/1.1 100 Continue\n\n"), Timeout, "no header within 20s", HeaderLimit},
	{"flood of continues", repeats("", "HTTP/1.1 100 Continue\r\n\r\n", 0), TooBig, "more than 64 KiB of header", 0},
	{"flood of early hints", repeats("", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", 0), TooBig, "more than 64 KiB of header", 0},
	{"early hints for ever", repeats("", "HTTP/1.1 103 Early Hints\r\n\r\n", time.Second), Timeout, "no header within 20s", HeaderLimit},
	{"another protocol from here on", hangs("HTTP/1.1 101 Switching Protocols\nConnection: upgrade\nUpgrade: irc\n\n"), Protocol, "101 Switching Protocols", 0},

	// header
	{"end of data in a line", ends(ok + "Content-Le"), Protocol, "malformed MIME header", 0}, // looks like any other bad line
	{"end of data in a value", ends(ok + "Content-Type: text"), Broken, early, 0},
	{"end of data after a field", ends(ok + "Content-Length: 63\n"), Broken, early, 0},
	{"reset in the header", resets(ok + "Content-Length: 63\n"), Broken, early, 0},
	{"silence in the header", hangs(ok + "Content-Le"), Timeout, "no header within 20s", HeaderLimit},
	{"a header byte by byte", repeats(ok+"X: ", "x", 100*time.Millisecond), Timeout, "no header within 20s", HeaderLimit},
	{"field without a colon", ends(ok + "no colon\n\n" + feed), Protocol, "read answer", 0},
	{"field without a name", ends(ok + ": value\n\n" + feed), Protocol, "read answer", 0},
	{"control byte in a name", ends(ok + "X\x01: 63\n\n" + feed), Protocol, "read answer", 0},
	{"continuation of nothing", ends(ok + " folded\n\n" + feed), Protocol, "read answer", 0},
	{"one long field", ends(ok + "X: " + strings.Repeat("x", MaxHeader) + "\n\n" + feed), TooBig, "more than 64 KiB of header", 0},
	{"one long name", ends(ok + strings.Repeat("x", MaxHeader) + ": 1\n\n" + feed), TooBig, "more than 64 KiB of header", 0},
	{"ten thousand fields", ends(ok + strings.Repeat("X: 1234\n", 10_000) + "\n" + feed), TooBig, "more than 64 KiB of header", 0},
	{"fields without end", repeats(ok, "X: 1\r\n", 0), TooBig, "more than 64 KiB of header", 0},
	{"a field without end", repeats(ok+"X: ", strings.Repeat("x", 4096), 0), TooBig, "more than 64 KiB of header", 0},

	// length
	{"length of words", ends(ok + "Content-Length: many\n\n" + feed), Protocol, "bad Content-Length", 0},
	{"empty length", ends(ok + "Content-Length: \n\n" + feed), Protocol, "Content-Length", 0},
	{"length below zero", ends(ok + "Content-Length: -1\n\n" + feed), Protocol, "bad Content-Length", 0},
	{"length with a sign", ends(ok + "Content-Length: +63\n\n" + feed), Protocol, "bad Content-Length", 0},
	{"length in hex", ends(ok + "Content-Length: 0x3f\n\n" + feed), Protocol, "bad Content-Length", 0},
	{"length out of range", ends(ok + "Content-Length: 99999999999999999999\n\n" + feed), Protocol, "bad Content-Length", 0},
	{"lengths that differ", ends(ok + "Content-Length: 63\nContent-Length: 62\n\n" + feed), Protocol, "Content-Length", 0},
	{"lengths in a list", ends(ok + "Content-Length: 63, 63\n\n" + feed), Protocol, "bad Content-Length", 0},
	{"length of 11 MiB", hangs(ok + "Content-Length: 11534336\n\n"), TooBig, "more than 10 MiB to transfer", 0},
	{"longer than the data", ends(ok + "Content-Length: 64\n\n" + feed), Broken, early, 0},
	{"longer than the data, reset", resets(ok + "Content-Length: 64\n\n" + feed), Broken, early, 0},
	{"longer than the data, silence", hangs(ok + "Content-Length: 64\n\n" + feed), Timeout, "the body stopped", SlowLimit},
	{"length nought", ends(ok + "Content-Length: 0\n\n"), Protocol, "200 OK with an empty body", 0},

	// transfer codings
	{"unknown transfer coding", ends(ok + "Transfer-Encoding: gzip\n\n" + feed), Protocol, "unsupported transfer encoding", 0},
	{"transfer codings in a list", ends(ok + "Transfer-Encoding: gzip, chunked\n\n" + feed), Protocol, "unsupported transfer encoding", 0},
	{"transfer coding twice", ends(ok + "Transfer-Encoding: chunked\nTransfer-Encoding: chunked\n\n"), Protocol, "transfer encoding", 0},
	{"transfer coding with a form feed", ends(ok + "Transfer-Encoding: \fchunked\n\n"), Protocol, "read answer", 0},
	{"no chunk", ends(chunked + ""), Broken, early, 0},
	{"end of data in a chunk's size", ends(chunked + "3"), Broken, early, 0},
	{"end of data after a chunk's size", ends(chunked + "3\n"), Broken, early, 0},
	{"end of data in a chunk", ends(chunked + "9\n<a>"), Broken, early, 0},
	{"end of data between chunks", ends(chunked + "3\n<a>\n"), Broken, early, 0},
	{"end of data in the last chunk", ends(chunked + "3\n<a>\n0\n"), Broken, early, 0},
	{"reset between chunks", resets(chunked + "3\n<a>\n"), Broken, early, 0},
	{"silence between chunks", hangs(chunked + "3\n<a>\n"), Timeout, "the body stopped", SlowLimit},
	{"silence in a chunk's size", hangs(chunked + "3\n<a>\n4"), Timeout, "the body stopped", SlowLimit},
	{"chunk's size of words", ends(chunked + "many\n<a>\n0\n\n"), Protocol, "invalid byte in chunk length", 0},
	{"chunk's size below zero", ends(chunked + "-3\n<a>\n0\n\n"), Protocol, "invalid byte in chunk length", 0},
	{"chunk's size out of range", ends(chunked + "fffffffffffffffff\n<a>\n0\n\n"), Protocol, "chunk length too large", 0},
	{"chunk's size missing", ends(chunked + "\n<a>\n0\n\n"), Protocol, "chunk", 0},
	{"chunk longer than its size", ends(chunked + "2\n<a>\n0\n\n"), Protocol, "malformed chunked encoding", 0},
	{"chunk of 15 exabytes", hangs(chunked + "fffffffffffffff\n<a>"), Timeout, "the body stopped", SlowLimit},
	{"chunk's extension without end", repeats(chunked+"3;", "x", 0), Protocol, "line too long", 0},
	{"more extension than data", repeats(chunked, "1;"+strings.Repeat("x", 2000)+"\r\n<\r\n", 0), Protocol, "too much non-data", 0},
	{"trailer without end", repeats(chunked+"3\n<a>\n0\n", "X: 1\r\n", 0), Protocol, "suspiciously long trailer", 0},
	{"trailer that makes no sense", ends(chunked + "3\n<a>\n0\nno colon\n\n"), Protocol, "read answer", 0},
	{"no chunk but the last", ends(chunked + "0\n\n"), Protocol, "200 OK with an empty body", 0},

	// speed and size
	{"silence instead of a body", hangs(ok + "Content-Length: 63\n\n"), Timeout, "the body stopped", SlowLimit},
	{"silence at an end that nobody knows", hangs(ok + "\n" + feed), Timeout, "the body stopped", SlowLimit},
	{"a byte every 10 s", repeats(ok+"\n", "x", 10*time.Second), Timeout, "slower than 1 KiB/s", SlowLimit + time.Second/1024},
	{"line ends without end", repeats(ok+"\n", strings.Repeat("\r\n", 4096), 0), TooBig, "more than 10 MiB to transfer", 0},
	{"text without end", repeats(ok+"\n", strings.Repeat("<item>", 4096), 0), TooBig, "more than 10 MiB to transfer", 0},
	{"slow text without end", repeats(ok+"\n", strings.Repeat("<item>", 256), time.Second), Timeout, "not complete within 1m0s", DefaultTimeout},
	{"chunks without end", repeats(chunked, "2000\r\n"+strings.Repeat("x", 0x2000)+"\r\n", 0), TooBig, "more than 10 MiB to transfer", 0},

	// refusals, and what their bodies can do
	{"not found", sends("HTTP/1.1 404 Not Found\nContent-Length: 4\n\ngone"), Status, "404 Not Found", 0},
	{"not found, silence", hangs("HTTP/1.1 404 Not Found\nContent-Length: 4\n\n"), Status, "404 Not Found", discardLimit},
	{"not found, without end", repeats("HTTP/1.1 404 Not Found\n\n", strings.Repeat("x", 4096), 0), Status, "404 Not Found", 0},
	{"not found, cut", ends("HTTP/1.1 404 Not Found\nContent-Length: 4\n\n"), Status, "404 Not Found", 0},
	{"too many requests", ends("HTTP/1.1 429 Too Many Requests\nContent-Length: 0\n\n"), Status, "429 Too Many Requests", 0},
	{"server error", ends("HTTP/1.1 500 Internal Server Error\nContent-Length: 0\n\n"), Status, "500 Internal Server Error", 0},
	{"a status of one's own", ends("HTTP/1.1 999 Request Denied\nContent-Length: 0\n\n"), Status, "status 999", 0},
	{"nothing", sends("HTTP/1.1 204 No Content\n\n"), Protocol, "204 No Content does not answer", 0},
	{"not modified", sends("HTTP/1.1 304 Not Modified\n\n"), Protocol, "304 Not Modified to a request without validators", 0},
	{"always misdirected", ends("HTTP/1.1 421 Misdirected Request\nContent-Length: 0\n\n"), Status, "421 Misdirected Request", 0},

	// redirects
	{"to itself", sends("HTTP/1.1 302 Found\nLocation: /\nContent-Length: 0\n\n"), Blocked, "go round in a circle", 0},
	{"a circle of two", sends("HTTP/1.1 301 Moved\nLocation: /a\nContent-Length: 0\n\n", "HTTP/1.1 301 Moved\nLocation: /\nContent-Length: 0\n\n"), Blocked, "go round in a circle", 0},
	{"a chain of six", sends(chain("/1"), chain("/2"), chain("/3"), chain("/4"), chain("/5"), chain("/6")), Blocked, "more than 5 redirects", 0},
	{"without a target", sends(chain("")), Blocked, "302 Found without a target", 0},
	{"to no URL", sends(chain("http://[::1/")), Blocked, "302 Found to no URL", 0},
	{"to another scheme", sends(chain("ftp://feeds.example/")), Blocked, `scheme "ftp"`, 0},
	{"to the inside", sends(chain("//169.254.169.254/latest/")), Blocked, "169.254.169.254", 0},
	{"to another port", sends(chain("//feeds.example:22/")), Blocked, "port 22 is not one of [80 443 8080 8443], and crawl.allow_private is off", 0},
	{"with a body without end", repeats("HTTP/1.1 302 Found\nLocation: /\n\n", strings.Repeat("x", 4096), 0), Blocked, "go round in a circle", 0},
	{"with a body that never comes", hangs("HTTP/1.1 302 Found\nLocation: /\nContent-Length: 9\n\n"), Blocked, "go round in a circle", discardLimit},
	{"and then the end", sends(chain("/1"), "HTTP/1.1 200 OK\nContent-Length: 9\nConnection: close\n\n"), Timeout, "after a redirect to", SlowLimit},
	{"after a long wait", sends("HTTP/1.1 302 Found\nLocation: /1\nRetry-After: 3600\nContent-Length: 0\n\n"), Status, "302 Found asks to wait 1h0m0s first", 0},
}

func chain(to string) string {
	return "HTTP/1.1 302 Found\nLocation: " + to + "\nContent-Length: 0\n\n"
}

func TestFaultsOfHTTP1(t *testing.T) {
	for _, f := range faultsOfHTTP1 {
		t.Run(f.name, func(t *testing.T) { f.run(t, plainURL, well) })
		f.play = overTLS("http/1.1", f.play)
		t.Run(f.name+", over TLS", func(t *testing.T) { f.run(t, secureURL, overTLS("http/1.1", well)) })
	}
}
