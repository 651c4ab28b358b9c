package scm

import (
	"context"
	"errors"
	"net"
	"os"
	"sync"
	"time"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/dcerpc/epm"
	"oxid/orpc"
	"oxid/scm/internal/private"
	"oxid/step"
)

// DaemonOptions configure a [Daemon].
type DaemonOptions struct {
	Options
	// Addresses are listened on: "host:port", ":port", or a host alone for port
	// 135. Empty means ":135".
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
//
// It has two RPC servers, because what is on the network and what is on the
// socket must not be mixed: a stranger could register classes otherwise.
type Daemon struct {
	opt      DaemonOptions
	r        *resolver
	target   string
	server   *dcerpc.Server // on the network
	services *services      // of r on server
	private  *dcerpc.Server // on the socket
	socket   net.Listener
	listens  []net.Listener
	wg       sync.WaitGroup // listeners and sessions
	stop     sync.Once
	stopping chan struct{} // closed when Close begins
	done     chan struct{} // closed when it is over

	mu       sync.Mutex
	err      error
	sessions map[com.GUID]*session
	waiting  map[net.Conn]struct{} // connections that have not said what they are
}

// StartDaemon listens and serves until Close.
func StartDaemon(o DaemonOptions) (*Daemon, error) {
	o.Options = o.Options.withDefaults()
	if len(o.Addresses) == 0 {
		o.Addresses = []string{":" + WellKnownPort}
	}
	if o.Socket == "" {
		o.Socket = DefaultSocket()
	}
	if o.SocketMode == 0 {
		o.SocketMode = 0o600
	}
	d := &Daemon{
		opt:      o,
		done:     make(chan struct{}),
		stopping: make(chan struct{}),
		sessions: map[com.GUID]*session{},
		waiting:  map[net.Conn]struct{}{},
	}
	if err := d.start(); err != nil {
		for _, l := range d.listens {
			l.Close()
		}
		if d.socket != nil {
			d.socket.Close()
		}
		if d.r != nil {
			d.r.close()
		}
		return nil, err
	}
	return d, nil
}

// start opens everything that can fail, then lets it run. On an error the caller
// closes what is open.
func (d *Daemon) start() error {
	var bindings []orpc.StringBinding
	for _, addr := range d.opt.Addresses {
		l, err := listenTCP(addr)
		if err != nil {
			return err
		}
		d.listens = append(d.listens, l)
		if len(d.listens) > 1 && len(d.opt.Advertise) > 0 {
			continue // they were named once
		}
		list, err := Bindings(l.Addr(), d.opt.Advertise)
		if err != nil {
			return err
		}
		bindings = append(bindings, list...)
	}
	packed, err := resolverBindings(bindings)
	if err != nil {
		return err
	}
	if d.socket, err = listenSocket(context.Background(), d.opt.Socket, d.opt.SocketMode); err != nil {
		return err
	}
	// This may be a restart: whoever was pinging goes on, and may be faster than
	// the process that owns the object.
	d.r = newResolver(d.opt.Options, packed, setPeriods*d.opt.PingPeriod)
	d.target = targetOf(bindings)
	d.private = dcerpc.NewServer(&dcerpc.ServerOptions{Logger: d.opt.Logger})
	if err := d.private.Register(private.ServeIScmHost(daemonHost{d})); err != nil {
		return err
	}
	d.server = d.opt.Server
	if d.server == nil {
		d.server = dcerpc.NewServer(&dcerpc.ServerOptions{NDR64: true, Logger: d.opt.Logger})
	}
	if d.services, err = d.r.serve(d.server, bindings); err != nil {
		return err
	}
	for _, l := range d.listens {
		d.wg.Go(func() { d.failed(d.server.Serve(l)) })
	}
	d.wg.Go(func() { d.failed(d.acceptProcesses()) })
	return nil
}

// listenTCP listens on one of DaemonOptions.Addresses.
func listenTCP(addr string) (net.Listener, error) {
	if _, _, err := net.SplitHostPort(addr); err != nil {
		host, port, err := SplitTarget(addr)
		if err != nil {
			return nil, err
		}
		if port == "" {
			port = WellKnownPort
		}
		addr = net.JoinHostPort(host, port)
	}
	l, err := net.Listen("tcp", addr)
	if err == nil {
		return l, nil
	}
	e := &com.Error{HRESULT: com.RPC_E_OUT_OF_RESOURCES, Step: step.Self, Peer: addr, Err: err}
	switch {
	case errors.Is(err, os.ErrPermission):
		e.Hint = "ports below 1024 need root, or the capability cap_net_bind_service"
	default:
		e.Hint = "another program may listen there: on Windows port 135 belongs to the system"
	}
	return nil, e
}

// Addrs returns the addresses that are listened on.
func (d *Daemon) Addrs() []net.Addr {
	list := make([]net.Addr, len(d.listens))
	for i, l := range d.listens {
		list[i] = l.Addr()
	}
	return list
}

// Socket returns the path of the unix socket.
func (d *Daemon) Socket() string { return d.opt.Socket }

// Target is where the activators answer, for [Client.CreateInstance].
func (d *Daemon) Target() string { return d.target }

// EndpointMap returns the endpoint map that the daemon answers with, for other
// interfaces to be listed in.
func (d *Daemon) EndpointMap() *epm.Table { return d.services.table }

// closeTimeout is how long calls may still run when a listener failed.
const closeTimeout = 10 * time.Second

// Done is closed when the daemon has ended, by Close or because a listener failed.
func (d *Daemon) Done() <-chan struct{} { return d.done }

// Err tells why the daemon ended; nil while it runs and after Close.
func (d *Daemon) Err() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.err
}

// failed ends the daemon when one of its listeners does.
func (d *Daemon) failed(err error) {
	select {
	case <-d.stopping:
		return
	default:
	}
	d.mu.Lock()
	if d.err == nil {
		d.err = err
	}
	d.mu.Unlock()
	d.opt.Logger.Error("the daemon cannot go on: a listener failed", "err", err)
	go func() { // Close waits for the caller
		ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
		defer cancel()
		d.Close(ctx)
	}()
}

// Close stops listening and waits for running calls until ctx ends. Processes
// stay as they are and register with the daemon that comes next.
func (d *Daemon) Close(ctx context.Context) error {
	d.stop.Do(func() {
		close(d.stopping)
		for _, l := range d.listens {
			l.Close()
		}
		d.socket.Close()
		d.services.remove()
		var err error
		if d.opt.Server == nil {
			err = d.server.Shutdown(ctx)
		}
		d.endSessions()
		d.private.Close()
		d.r.close()
		d.wg.Wait()
		d.mu.Lock()
		if d.err == nil {
			d.err = err
		}
		d.mu.Unlock()
		close(d.done)
	})
	<-d.done
	return d.Err()
}
