package oxid

import (
	"context"
	"log/slog"
	"net"
	"time"

	"oxid/com"
	"oxid/marshal"
)

// Option configures a [Process].
type Option func(*config)

// config is what the options of Start say.
type config struct {
	listen     string
	listener   net.Listener
	noListen   bool
	advertise  []string
	daemon     string
	noDaemon   bool
	pingPeriod time.Duration
	logger     *slog.Logger
	leak       func(Leak)
	ndr64      bool
	unmarshal  func(ctx context.Context, clsid com.CLSID) bool
	maxRequest int
	dial       func(ctx context.Context, network, address string) (net.Conn, error)
	errorInfo  marshal.ErrorInfoPolicy
	idle       time.Duration
}

// Leak is a remote object whose proxy was garbage-collected without [Release].
type Leak = marshal.Leak

// Listen sets the TCP address at which the process is reached, by default
// "127.0.0.1:0": loopback, a port of the system's choice. One port serves
// everything that the process offers: its objects, its resolver and its
// classes. Anybody who reaches it can call: until authentication is built,
// listen beyond loopback only where that is wanted.
func Listen(address string) Option { return func(c *config) { c.listen = address } }

// WithListener uses l instead of a listener of the process's own. The process
// closes it.
func WithListener(l net.Listener) Option { return func(c *config) { c.listener = l } }

// NoListen makes a process that only calls: it cannot export objects, so no
// callbacks reach it.
func NoListen() Option { return func(c *config) { c.noListen = true } }

// Advertise sets the hosts that go into the bindings of this process's
// objects, best first: for address translation, and for machines on several
// networks. By default they are the addresses that it listens on.
func Advertise(hosts ...string) Option {
	return func(c *config) { c.advertise = append(c.advertise, hosts...) }
}

// Daemon sets the path of the unix socket of the host's daemon (oxid serve).
// By default the well-known path is tried, and a process that finds no daemon
// there answers for itself.
func Daemon(socket string) Option { return func(c *config) { c.daemon = socket } }

// NoDaemon makes the process answer for itself even where a daemon runs.
func NoDaemon() Option { return func(c *config) { c.noDaemon = true } }

// PingPeriod sets how often references are kept alive, instead of the two
// minutes that DCOM prescribes. Objects of clients that vanish are let go
// after three periods. Both sides must agree on it.
func PingPeriod(d time.Duration) Option { return func(c *config) { c.pingPeriod = d } }

// WithLogger sets where the process reports what happens outside of calls; by
// default slog.Default().
func WithLogger(l *slog.Logger) Option { return func(c *config) { c.logger = l } }

// WithLeakReport has f told of every proxy that is garbage-collected without
// Release, with the place that made it. Recording places costs about a
// microsecond and 64 bytes for each object.
func WithLeakReport(f func(Leak)) Option { return func(c *config) { c.leak = f } }

// NDR64 offers and accepts the NDR64 transfer syntax.
func NDR64() Option { return func(c *config) { c.ndr64 = true } }

// MaxRequest sets the most bytes of arguments that one call of an
// unauthenticated client may have, instead of 4 MiB. Memory is taken as bytes
// arrive, so the limit is what a stranger can make the process hold.
func MaxRequest(n int) Option { return func(c *config) { c.maxRequest = n } }

// UnmarshalPolicy sets which classes a packet of another process may have
// created here, for objects that travel by value: allow is called for each such
// packet and must be safe for concurrent use. Without it those that were
// registered with RegisterUnmarshalClass of [Process.Runtime], and no others.
func UnmarshalPolicy(allow func(ctx context.Context, clsid com.CLSID) bool) Option {
	return func(c *config) { c.unmarshal = allow }
}

// IdleTimeout sets after how long without a call a connection that the process
// has made is closed, instead of ten seconds; negative is never. The next call
// makes another one.
func IdleTimeout(d time.Duration) Option { return func(c *config) { c.idle = d } }

// WithDialer sets how the process connects to others.
func WithDialer(dial func(ctx context.Context, network, address string) (net.Conn, error)) Option {
	return func(c *config) { c.dial = dial }
}
