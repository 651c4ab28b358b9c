package scm

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"
	"sync"
	"time"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/dcerpc/epm"
	"oxid/marshal"
	"oxid/orpc"
	"oxid/step"
)

// LinkOptions configure a [Link].
type LinkOptions struct {
	// Socket is the path of the daemon's unix socket; "" means [DefaultSocket],
	// and the system's daemon when the user has none.
	Socket string
	// Server is the RPC server of this process, as in [LocalOptions]: it answers
	// there for those who know its port. nil leaves that out.
	Server *dcerpc.Server
	// Bindings say where Server can be reached.
	Bindings []orpc.StringBinding
	// ActivationLevel is the lowest authentication level of activation at Server,
	// as in [Options]; the daemon has its own.
	ActivationLevel com.AuthnLevel
	// Logger receives what nobody's call reports; nil means slog.Default().
	Logger *slog.Logger
}

// Link is a process's connection to the host's daemon. It implements
// [marshal.Registrar], registers everything anew when the daemon was
// restarted, and is safe for concurrent use.
type Link struct {
	socket   string
	log      *slog.Logger
	local    *resolver // answers on the process's own server; may be nil
	services *services // of local

	ctx    context.Context // ends with Close
	cancel context.CancelFunc
	wg     sync.WaitGroup

	// registering is held while the daemon is told of exporters and classes, so
	// that changes and the registration anew do not overtake each other.
	registering sync.Mutex

	mu        sync.Mutex
	conn      *linkConn  // nil while the daemon is away
	host      attachment // of the daemon that was last attached
	exporters map[orpc.OXID]*linkedExporter
}

// linkedExporter is an exporter of this process as the daemon has to know it.
type linkedExporter struct {
	e       *marshal.Exporter
	classes map[com.CLSID]struct{}
}

// Timing of the link.
const (
	registerTimeout = 10 * time.Second // of one call to the daemon
	firstRetry      = 50 * time.Millisecond
	lastRetry       = 5 * time.Second
)

// DialDaemon connects to the daemon. It fails with an error that matches
// [ErrNoDaemon] when none is there.
func DialDaemon(ctx context.Context, o LinkOptions) (*Link, error) {
	l := &Link{log: o.Logger, exporters: map[orpc.OXID]*linkedExporter{}}
	if l.log == nil {
		l.log = slog.Default()
	}
	sockets := []string{o.Socket}
	if o.Socket == "" {
		sockets = socketPaths()
	}
	var err error
	for _, l.socket = range sockets {
		if l.conn, err = l.connect(ctx); err == nil {
			break
		}
		if o.Socket == "" && errors.Is(err, fs.ErrPermission) {
			err = fmt.Errorf("%w: %w", ErrNoDaemon, err) // it is somebody else's
		}
		if !errors.Is(err, ErrNoDaemon) {
			break
		}
	}
	if err != nil {
		return nil, &com.Error{HRESULT: com.RPC_S_SERVER_UNAVAILABLE, Step: step.Self, Peer: strings.Join(sockets, ", "), Err: err,
			Hint: "start \"oxid serve\", or check the path of its socket"}
	}
	l.host = l.conn.host
	if o.Server != nil {
		l.local = newPassiveResolver(Options{Logger: o.Logger, ActivationLevel: o.ActivationLevel}, l.host.bindings)
		if l.services, err = l.local.serve(o.Server, o.Bindings); err != nil {
			l.conn.close()
			return nil, err
		}
	}
	l.ctx, l.cancel = context.WithCancel(context.Background())
	l.wg.Go(l.run)
	return l, nil
}

// Close ends the link; the daemon forgets this process.
func (l *Link) Close(context.Context) error {
	l.cancel()
	l.wg.Wait()
	if l.local != nil {
		l.services.remove()
		l.local.close()
	}
	return nil
}

// Target implements [Service].
func (l *Link) Target() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.host.target
}

// EndpointMap returns the endpoint map of this process's own server, for other
// interfaces to be listed in; nil when the link was made without a server.
func (l *Link) EndpointMap() *epm.Table {
	if l.services == nil {
		return nil
	}
	return l.services.table
}

// PingPeriod implements [Service].
func (l *Link) PingPeriod() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.host.period
}

// Connected reports whether the daemon is there at this moment.
func (l *Link) Connected() bool { return l.current() != nil }

func (l *Link) current() *linkConn {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.conn
}

// run watches over the connection, and makes a new one when it is lost.
func (l *Link) run() {
	for {
		c := l.current()
		select {
		case <-c.lost:
		case <-l.ctx.Done():
			c.close()
			return
		}
		c.close()
		l.mu.Lock()
		l.conn = nil
		l.mu.Unlock()
		l.log.Warn("the connection to the daemon was lost; objects of this process cannot be found until it is back", "socket", l.socket)
		if !l.reconnect() {
			return
		}
	}
}

// reconnect tries, ever more slowly, until the daemon knows everything again.
// It is false when the link was closed.
func (l *Link) reconnect() bool {
	delay := firstRetry
	for {
		c, err := l.connect(l.ctx)
		if err == nil {
			if err = l.registerAll(c); err == nil {
				l.log.Info("registered with the daemon again", "socket", l.socket)
				return true
			}
			c.close()
		}
		l.log.Debug("the daemon is not back yet", "err", err, "retry", delay)
		select {
		case <-time.After(delay):
		case <-l.ctx.Done():
			return false
		}
		delay = min(2*delay, lastRetry)
	}
}
