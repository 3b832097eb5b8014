package fetch

import (
	"context"
	"net"
	"net/netip"
)

// OnNetwork puts c on another network than the machine's.
func (c *Client) OnNetwork(lookup func(ctx context.Context, network, host string) ([]netip.Addr, error),
	connect func(ctx context.Context, network, address string) (net.Conn, error)) {
	c.dialer.lookup, c.dialer.connect = lookup, connect
}
