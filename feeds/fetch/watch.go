package fetch

import (
	"context"
	"crypto/tls"
	"net"
	"net/http/httptrace"
)

// mostAttempts is how often one request may be sent: on a connection that was kept and is dead, on a new
// one, and on another after a 421. Where HTTP/2 peers go away unasked, net/http tries for ever (RFC 9113 §6.8).
const mostAttempts = 3

// attempts are those to send one request.
type attempts struct {
	n    int
	conn net.Conn // of the last

	addresses *turns
	address   string // where the last one has its turn; "" for nowhere
}

// watch gives a context that notes the attempts of the request made with it, and ends it by cancel when
// they are too many. Each waits for its turn at the address that it goes to.
func watch(ctx context.Context, cancel context.CancelCauseFunc, addresses *turns) (context.Context, *attempts) {
	a := &attempts{addresses: addresses}
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(got httptrace.GotConnInfo) {
		a.conn = got.Conn
		if a.n++; a.n > mostAttempts {
			cancel(newError(Broken, "each of %d attempts ended before the answer was complete", mostAttempts))
		}
		a.leave()
		if at := addressOf(got.Conn); at != "" {
			if err := addresses.take(ctx, at); err != nil {
				cancel(err)
				return
			}
			a.address = at
		}
	}}), a
}

// leave ends the turn of the last attempt.
func (a *attempts) leave() {
	if a.address != "" {
		a.addresses.give(a.address, 0)
		a.address = ""
	}
}

// drop closes the connection of an answer that is not complete, without a word to a peer that may be
// dead. Of HTTP/2, net/http would keep it: the next request would die with it, and a flood go on.
func (a *attempts) drop() {
	conn := a.conn
	if t, ok := conn.(*tls.Conn); ok {
		conn = t.NetConn()
	}
	if conn != nil {
		conn.Close()
	}
}
