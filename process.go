package oxid

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/marshal"
	"oxid/orpc"
	"oxid/scm"
	_ "oxid/std" // proxies and stubs of the standard interfaces
	"oxid/step"
)

// closeTimeout bounds [Process.Close]: what others were not told by then they
// learn by the ping timeout.
const closeTimeout = 5 * time.Second

// Process is this program as a COM process: an object exporter with its
// listener, and a client of others. Two of them in one program are two
// machines to each other. All methods are safe for concurrent use.
type Process struct {
	rt      *marshal.Runtime
	client  *scm.Client
	server  *dcerpc.Server // nil with NoListen
	ln      net.Listener
	service scm.Service

	serving sync.WaitGroup
	close   sync.Once
	closed  error
}

// Start begins a COM process. ctx bounds the start alone; [Process.Close] ends
// the process.
func Start(ctx context.Context, opts ...Option) (*Process, error) {
	c := config{listen: "127.0.0.1:0"}
	for _, o := range opts {
		o(&c)
	}
	p := &Process{client: scm.NewClient(scm.ClientOptions{Dial: c.dial, IdleTimeout: c.idle})}
	ro := marshal.Options{
		Resolver: p.client, Dial: c.dial, PingPeriod: c.pingPeriod, IdleTimeout: c.idle,
		Logger: c.logger, LeakReport: c.leak, ErrorInfo: c.errorInfo, NDR64: c.ndr64, UnmarshalPolicy: c.unmarshal,
	}
	if !c.noListen {
		bindings, err := p.listen(ctx, &c)
		if err != nil {
			return nil, err
		}
		ro.Server, ro.Registrar = p.server, p.service
		ro.PingPeriod = p.service.PingPeriod() // a daemon's, where one answers
		ro.Bindings = func() []orpc.StringBinding { return bindings }
	}
	p.rt = marshal.NewRuntime(ro)
	if p.server != nil {
		p.serving.Go(func() { p.server.Serve(p.ln) })
	}
	if _, err := p.rt.MTA(ctx); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

// listen opens the one port of the process and makes it findable.
func (p *Process) listen(ctx context.Context, c *config) ([]orpc.StringBinding, error) {
	p.server = dcerpc.NewServer(&dcerpc.ServerOptions{
		Lookup:     func(s dcerpc.SyntaxID) *dcerpc.Interface { return p.rt.LookupInterface(s) },
		NDR64:      c.ndr64,
		MaxRequest: c.maxRequest,
		Logger:     c.logger,
	})
	p.ln = c.listener
	if p.ln == nil {
		var err error
		if p.ln, err = net.Listen("tcp", c.listen); err != nil {
			return nil, &com.Error{HRESULT: com.RPC_E_OUT_OF_RESOURCES, Step: step.Self, Method: "Start", Err: err,
				Hint: "choose another address with oxid.Listen"}
		}
	}
	bindings, err := scm.Bindings(p.ln.Addr(), c.advertise)
	if err == nil {
		p.service, err = scm.Join(ctx, scm.JoinOptions{
			Options:  scm.Options{PingPeriod: c.pingPeriod, Logger: c.logger},
			Server:   p.server,
			Bindings: bindings,
			Socket:   c.daemon,
			Embedded: c.noDaemon,
		})
	}
	if err != nil {
		p.ln.Close()
		return nil, err
	}
	return bindings, nil
}

// Addr returns the address that the process listens on, "host:port", or ""
// with [NoListen]. Clients name it in [At].
func (p *Process) Addr() string {
	if p.ln == nil {
		return ""
	}
	return p.ln.Addr().String()
}

// Runtime returns the tables of the process, where the COM functions are:
// p.Runtime().MTA(ctx) has CoMarshalInterface and its kin.
func (p *Process) Runtime() *marshal.Runtime { return p.rt }

// Server returns the RPC server of the process, for interfaces that are not
// object interfaces; nil with [NoListen].
func (p *Process) Server() *dcerpc.Server { return p.server }

// RegisterClass serves the class clsid: create makes one object for each
// activation. expose names the interfaces of the objects, with the Expose
// functions of generated code; without any, the Go type's method set decides.
func (p *Process) RegisterClass(ctx context.Context, clsid com.CLSID, create func(context.Context) (any, error), expose ...func(*com.ClassSpec)) error {
	_, err := p.RegisterClassObject(ctx, clsid, com.NewClassFactory(p.rt.Types(), create, expose...))
	return err
}

// RegisterClassObject serves the class clsid with a class object of the
// caller's own, usually a [com.IClassFactory]. The cookie is for
// [Process.RevokeClassObject].
func (p *Process) RegisterClassObject(ctx context.Context, clsid com.CLSID, object any) (cookie uint32, err error) {
	if p.server == nil {
		return 0, &com.Error{HRESULT: com.E_UNEXPECTED, Step: step.Class, Interface: clsid.String(),
			Hint: "a process started with NoListen serves nobody"}
	}
	apt, err := p.rt.ApartmentFor(ctx)
	if err != nil {
		return 0, err
	}
	return apt.CoRegisterClassObject(ctx, clsid, object, com.CLSCTX_LOCAL_SERVER, com.REGCLS_MULTIPLEUSE)
}

// RevokeClassObject ends a registration; instances live on.
func (p *Process) RevokeClassObject(ctx context.Context, cookie uint32) error {
	apt, err := p.rt.ApartmentFor(ctx)
	if err != nil {
		return err
	}
	return apt.CoRevokeClassObject(ctx, cookie)
}

// Close ends the process within a few seconds: references on other processes
// are given back, its own objects are let go, running calls complete. It
// returns what could not be done in time. Closing again has no effect.
func (p *Process) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	return p.Shutdown(ctx)
}

// Shutdown is [Process.Close] with a bound of the caller's.
func (p *Process) Shutdown(ctx context.Context) error {
	p.close.Do(func() {
		var errs []error
		keep := func(what string, err error) {
			if err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", what, err))
			}
		}
		if p.rt != nil {
			keep("giving references back", p.rt.Close(ctx))
		}
		if p.service != nil {
			keep("ending the resolver", p.service.Close(ctx))
		}
		if p.server != nil {
			keep("ending calls", p.server.Shutdown(ctx))
			p.serving.Wait()
		}
		keep("closing connections", p.client.Close())
		p.closed = errors.Join(errs...)
	})
	return p.closed
}
