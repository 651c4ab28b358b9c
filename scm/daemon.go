package scm

import (
	"context"
	"net"
	"os"

	"oxid/com"
	"oxid/dcerpc"
)

// DaemonOptions configure a [Daemon].
type DaemonOptions struct {
	Options
	// Addresses are listened on: "host:port", or "host" for port 135. Empty
	// means ":135".
	Addresses []string
	// Advertise names the hosts that go into references: see [Bindings].
	Advertise []string
	// Socket is the path of the unix socket for the processes of this host; ""
	// means [DefaultSocket].
	Socket string
	// SocketMode is who may connect there; 0 means 0600, the daemon's own user.
	SocketMode os.FileMode
	// Server, when not nil, is used for the listeners, and may have other
	// interfaces; the daemon makes one of its own otherwise.
	Server *dcerpc.Server
}

// Daemon is the object resolver and the activators of a host. All methods are
// safe for concurrent use.
type Daemon struct{}

// StartDaemon listens and serves until Close.
func StartDaemon(o DaemonOptions) (*Daemon, error) { return nil, com.E_NOTIMPL }

// Addrs returns the addresses that are listened on.
func (d *Daemon) Addrs() []net.Addr { return nil }

// Socket returns the path of the unix socket.
func (d *Daemon) Socket() string { return "" }

// Done is closed when the daemon has ended, by Close or because a listener failed.
func (d *Daemon) Done() <-chan struct{} { return nil }

// Err tells why the daemon ended; nil while it runs and after Close.
func (d *Daemon) Err() error { return nil }

// Close stops listening and waits for running calls until ctx ends.
func (d *Daemon) Close(ctx context.Context) error { return nil }
