package marshal

import (
	"context"
	"log/slog"
	"net"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/orpc"
)

// PingPeriod is the period that DCOM prescribes ([MS-DCOM] 3.1.2.2).
const PingPeriod = 120 * time.Second

// Options configure a [Runtime]. The zero value is usable in one process.
type Options struct {
	// Server accepts the calls of other processes; nil exports nothing.
	Server *dcerpc.Server
	// Bindings returns the string bindings with endpoints that Server can be
	// reached at, best first.
	Bindings func() []orpc.StringBinding
	// Registrar and Resolver make this process findable and find others; nil
	// ones leave only objects whose exporter is known from activation.
	Registrar Registrar
	Resolver  Resolver
	// Dial connects to another process; nil means net.Dialer.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// PingPeriod is how often references are kept alive; 0 means [PingPeriod].
	PingPeriod time.Duration
	// CallTimeout bounds each network step whose context has no deadline; 0
	// means one minute for connecting and none for calls.
	CallTimeout time.Duration
	// IdleTimeout is after how long without a call a connection is closed; 0 is
	// ten seconds, negative never.
	IdleTimeout time.Duration
	// AuthnLevel is the least authentication level that this process accepts
	// and announces.
	AuthnLevel com.AuthnLevel
	// Logger receives what happens outside of anybody's call; nil means
	// slog.Default().
	Logger *slog.Logger
	// ErrorInfo says what clients are told of a method's failure besides its
	// HRESULT.
	ErrorInfo ErrorInfoPolicy
	// LeakReport is told of proxies that were collected without a Release; nil
	// logs them. Creation sites are recorded only when it is set.
	LeakReport func(Leak)
	// Types says which interfaces Go types have; nil means a table of its own.
	Types *com.Types
	// NDR64 offers and accepts the NDR64 transfer syntax.
	NDR64 bool
	// UnmarshalPolicy decides which unmarshal classes a packet that another
	// process sent may have created here. It is called for each such packet, by
	// the goroutine that reads it. nil admits exactly what was registered with
	// RegisterUnmarshalClass.
	UnmarshalPolicy func(ctx context.Context, clsid com.CLSID) bool
}

// Runtime is what one process is in COM: apartments, tables and connections.
// Two runtimes in one process are two machines to each other. All methods are
// safe for concurrent use.
type Runtime struct {
	opt    Options
	log    *slog.Logger
	types  *com.Types
	ipids  ipidTable
	oids   oidTable
	epoch  atomic.Uint32 // counts ping periods, from 1
	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup

	exporters clientExporters // of other processes
	pings     pingClient
	classes   classTable
	factories psFactories
	free      freeTable
	git       globalTable
	running   RunningObjectTable
	rpcIfaces rpcInterfaces
	refusals  logLimit
	hooks     channelHooks
	lost      lostCalls
	threads   atomic.Uint32 // numbers logical threads
	// attention counts what makes outgoing calls look twice: activities of
	// single-threaded apartments, and that there are channel hooks.
	attention atomic.Int32

	hosting sync.Mutex // held while an apartment for objects of a threading model is made
	hostSTA *Apartment // for apartment-threaded objects of other apartments; guarded by hosting

	mu      sync.Mutex
	mta     *Apartment
	mtaUses mtaUses
	nta     *Apartment
	mainSTA *Apartment
	apts    map[orpc.OXID]*Apartment
	nextID  uint16
	closed  bool
}

// NewRuntime starts a runtime. Close ends it.
func NewRuntime(opt Options) *Runtime {
	if opt.PingPeriod <= 0 {
		opt.PingPeriod = PingPeriod
	}
	if opt.Logger == nil {
		opt.Logger = slog.Default()
	}
	if opt.Types == nil {
		opt.Types = new(com.Types)
	}
	if opt.Dial == nil {
		opt.Dial = new(net.Dialer).DialContext
	}
	rt := &Runtime{opt: opt, log: opt.Logger, types: opt.Types, apts: map[orpc.OXID]*Apartment{}}
	rt.ctx, rt.cancel = context.WithCancel(context.Background())
	rt.epoch.Store(1)
	rt.exporters.rt, rt.pings.rt = rt, rt
	rt.git.rt, rt.running.rt = rt, rt
	rt.wg.Go(rt.tick)
	return rt
}

// Types returns the table of interfaces of Go types.
func (rt *Runtime) Types() *com.Types { return rt.types }

// tick counts ping periods and pings.
func (rt *Runtime) tick() {
	t := time.NewTicker(rt.opt.PingPeriod)
	defer t.Stop()
	for {
		select {
		case <-rt.ctx.Done():
			return
		case <-t.C:
			rt.epoch.Add(1)
			rt.exporters.sweep()
			rt.pings.round(rt.ctx)
		}
	}
}

// MTA returns the runtime's multithreaded apartment, made when there is none.
// It stays until Close. It fails with CO_E_NOTINITIALIZED after Close.
func (rt *Runtime) MTA(ctx context.Context) (*Apartment, error) {
	rt.mu.Lock()
	a := rt.mta
	rt.mtaUses.forever = true
	rt.mu.Unlock()
	if a == nil {
		var err error
		if a, err = rt.newApartment(com.APTTYPE_MTA); err != nil {
			return nil, err
		}
	}
	return a, a.ready(ctx)
}

// ApartmentFor returns the apartment of this runtime that ctx belongs to, and the
// multithreaded one when it belongs to none.
func (rt *Runtime) ApartmentFor(ctx context.Context) (*Apartment, error) { return rt.apartment(ctx) }

// apartment returns the apartment that ctx names, or the MTA.
func (rt *Runtime) apartment(ctx context.Context) (*Apartment, error) {
	if s := rt.member(stateOf(ctx)); s != nil {
		return s.apt, nil
	}
	return rt.MTA(ctx)
}

// member returns s when it belongs to an apartment of this runtime, and nil for
// a context that is in the implicit MTA, if it is anywhere.
func (rt *Runtime) member(s *callState) *callState {
	if s == nil || s.apt == nil || s.apt.rt != rt {
		return nil
	}
	return s
}

// byOXID returns the apartment of this runtime that oxid names, or nil.
func (rt *Runtime) byOXID(oxid orpc.OXID) *Apartment {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	return rt.apts[oxid]
}

// exporterBindings returns the bindings with endpoints of this process.
func (rt *Runtime) exporterBindings() (dsa orpc.DUALSTRINGARRAY) {
	if rt.opt.Bindings != nil {
		dsa.StringBindings = rt.opt.Bindings()
	}
	return dsa
}

// Close gives back every reference that this process holds on others, lets go
// of the objects that others hold here, and closes the connections. It waits
// for the releases to be delivered until ctx ends.
func (rt *Runtime) Close(ctx context.Context) error {
	rt.mu.Lock()
	if rt.closed {
		rt.mu.Unlock()
		return nil
	}
	rt.closed = true
	rt.mu.Unlock()
	var err error
	for _, a := range rt.apartments() {
		if e := a.Close(ctx); e != nil && err == nil {
			err = e
		}
	}
	if e := rt.exporters.close(ctx); e != nil && err == nil {
		err = e
	}
	rt.pings.close(ctx)
	rt.cancel()
	rt.wg.Wait()
	return err
}

// protect runs application code whose panic must not end the process.
func (rt *Runtime) protect(ctx context.Context, what string, f func()) {
	defer func() {
		if p := recover(); p != nil {
			rt.log.ErrorContext(ctx, "panic in application code", "in", what, "panic", p, "stack", string(debug.Stack()))
		}
	}()
	f()
}
