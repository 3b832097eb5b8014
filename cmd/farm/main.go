// Farm serves made-up news feeds on loopback: what Tributary's crawl is measured with. Feed n is RSS
// when n is even and Atom when it is odd, English and Spanish in turn by twos; each publisher has its
// own address in 127.0.0.0/8. All documents are written and compressed in advance, so that serving
// takes next to nothing from what is measured. Needs Linux, which answers on all of 127.0.0.0/8.
//
//	GET  /feed/{n}                       the feed, with ETag, Last-Modified, 304 and gzip
//	GET  /ctl/urls                       the feeds' addresses, one on each line
//	POST /ctl/advance?k=1                each feed brings out k new items; answers when all are up
//	POST /ctl/set?latency=50ms&errors=5  delay of each answer; percentage of the feeds that answer 503
//	GET  /ctl/counters?reset=1           what was asked and answered, as JSON
package main

import (
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"
)

func main() {
	feeds := flag.Int("feeds", 2000, "number of feeds")
	hosts := flag.Int("hosts", 0, "number of hosts that they are spread over; 0 gives each its own")
	items := flag.Int("items", 30, "items of a feed")
	port := flag.String("port", "8900", "port on each address; 0 takes a free one")
	flag.Parse()
	if err := run(*feeds, *items, *hosts, *port); err != nil {
		fmt.Fprintln(os.Stderr, "farm:", err)
		os.Exit(2)
	}
}

func run(feeds, items, hosts int, port string) error {
	if feeds < 1 || items < 1 || hosts < 0 || feeds > 5e6 {
		return fmt.Errorf("-feeds is 1 to 5000000, -items at least 1 and -hosts not less than 0")
	}
	if hosts == 0 {
		hosts = feeds
	}
	l, err := net.Listen("tcp4", ":"+port)
	if err != nil {
		return fmt.Errorf("listen on port %s: %w; choose another with -port", port, err)
	}
	defer l.Close()
	_, port, err = net.SplitHostPort(l.Addr().String())
	if err != nil {
		return err
	}
	f, err := plant(feeds, items, hosts, port)
	if err != nil {
		return err
	}
	fmt.Printf("http://127.0.0.1:%s/ctl/urls lists %d feeds\n", port, feeds)
	server := &http.Server{Handler: f.handler(), ReadHeaderTimeout: 10 * time.Second}
	return server.Serve(loopback{l, f})
}

// loopback hangs up on whoever calls from another machine.
type loopback struct {
	net.Listener
	farm *farm
}

// Accept gives the next connection from this machine.
func (l loopback) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if from, ok := conn.RemoteAddr().(*net.TCPAddr); ok && from.IP.IsLoopback() {
			l.farm.counts.Connections.Add(1)
			return conn, nil
		}
		conn.Close()
	}
}
