package marshal_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/marshal"
	"oxid/orpc"
	"oxid/samples/calc"
	"oxid/scm"
)

// oracleProc is one process of the oracle's world: a runtime with server,
// resolver and client of its own. A process that was killed and started again
// is another one in the same slot.
type oracleProc struct {
	slot, gen int
	host      string
	net       *memNet
	rt        *marshal.Runtime
	srv       *dcerpc.Server
	client    *scm.Client
	local     *scm.Local
	done      sync.WaitGroup
}

// newOracleProc starts a process on the network n.
func newOracleProc(n *memNet, slot, gen int) (*oracleProc, error) {
	p := &oracleProc{slot: slot, gen: gen, host: fmt.Sprintf("10.%d.%d.%d", slot+1, gen/250, gen%250+1), net: n}
	log := slog.New(slog.DiscardHandler)
	dial := n.dialer(p.host)
	l := n.listen(p.host, 135)
	bindings, err := scm.Bindings(l.Addr(), nil)
	if err != nil {
		return nil, err
	}
	p.srv = dcerpc.NewServer(&dcerpc.ServerOptions{
		Lookup: func(s dcerpc.SyntaxID) *dcerpc.Interface { return p.rt.LookupInterface(s) },
		Logger: log,
	})
	p.local, err = scm.NewLocal(scm.LocalOptions{Options: scm.Options{Logger: log}, Server: p.srv, Bindings: bindings})
	if err != nil {
		return nil, err
	}
	p.client = scm.NewClient(scm.ClientOptions{Dial: dial})
	p.rt = marshal.NewRuntime(marshal.Options{
		Server: p.srv, Registrar: p.local, Resolver: p.client, Dial: dial, Logger: log,
		Bindings: func() []orpc.StringBinding { return bindings },
	})
	p.done.Go(func() { p.srv.Serve(l) })
	return p, nil
}

// stop ends the process in an orderly way.
func (p *oracleProc) stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	err := p.rt.Close(ctx)
	p.local.Close(ctx)
	if e := p.srv.Shutdown(ctx); err == nil {
		err = e
	}
	p.client.Close()
	p.done.Wait()
	return err
}

// kill ends the process without a word to anybody: it is off the network
// before its goroutines are told to end.
func (p *oracleProc) kill() {
	p.net.kill(p.host)
	p.stop()
}

// objectCore is what every object of the oracle is.
type objectCore struct {
	name   string
	finals atomic.Int32 // FinalRelease
	conns  atomic.Int32 // AddConnection minus ReleaseConnection
	closes atomic.Bool  // fLastReleaseCloses of the last ReleaseConnection

	cloning sync.Mutex // held while give is set for one Clone

	mu     sync.Mutex
	sinks  map[uint32]calc.ICalcEvents // what Advise got, kept, by cookie
	cookie uint32
	give   calc.ICalc // what Clone returns
}

func (c *objectCore) core() *objectCore                                   { return c }
func (c *objectCore) Add(_ context.Context, a, b int32) (int32, error)    { return a + b, nil }
func (c *objectCore) Sum(context.Context, []float64) (float64, error)     { return 0, com.E_NOTIMPL }
func (c *objectCore) Echo(_ context.Context, text string) (string, error) { return c.name + text, nil }
func (c *objectCore) OnResult(context.Context, float64) error             { return nil }
func (c *objectCore) Unadvise(context.Context, uint32) error              { return com.E_NOTIMPL }
func (c *objectCore) FinalRelease(context.Context)                        { c.finals.Add(1) }

func (c *objectCore) Advise(_ context.Context, s calc.ICalcEvents) (uint32, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.sinks == nil {
		c.sinks = map[uint32]calc.ICalcEvents{}
	}
	c.cookie++
	c.sinks[c.cookie] = com.Keep(s)
	return c.cookie, nil
}

// take takes what Advise got under a cookie out of the object.
func (c *objectCore) take(cookie uint32) calc.ICalcEvents {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.sinks[cookie]
	delete(c.sinks, cookie)
	return s
}

// clone has f call Clone, which returns v.
func (c *objectCore) clone(v calc.ICalc, f func()) {
	c.cloning.Lock()
	defer c.cloning.Unlock()
	c.mu.Lock()
	c.give = v
	c.mu.Unlock()
	f()
}

func (c *objectCore) Clone(context.Context) (calc.ICalc, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return com.Keep(c.give), nil
}

// scientific has one interface more.
type scientific struct{ objectCore }

func (s *scientific) Sqrt(_ context.Context, x float64) (float64, error) { return x / 2, nil }

// The same two, watching their connections.
type (
	watchedPlain      struct{ objectCore }
	watchedScientific struct{ scientific }
)

func (w *watchedPlain) AddConnection(context.Context, com.EXTCONN, uint32) uint32 {
	return uint32(w.conns.Add(1))
}

func (w *watchedPlain) ReleaseConnection(_ context.Context, _ com.EXTCONN, _ uint32, closes bool) uint32 {
	w.closes.Store(closes)
	return uint32(w.conns.Add(-1))
}

func (w *watchedScientific) AddConnection(context.Context, com.EXTCONN, uint32) uint32 {
	return uint32(w.conns.Add(1))
}

func (w *watchedScientific) ReleaseConnection(_ context.Context, _ com.EXTCONN, _ uint32, closes bool) uint32 {
	w.closes.Store(closes)
	return uint32(w.conns.Add(-1))
}

// newOracleObject makes an object of one of the four kinds.
func newOracleObject(name string, sci, watched bool) interface{ core() *objectCore } {
	var o interface{ core() *objectCore }
	switch {
	case sci && watched:
		o = new(watchedScientific)
	case sci:
		o = new(scientific)
	case watched:
		o = new(watchedPlain)
	default:
		o = new(objectCore)
	}
	o.core().name = name
	return o
}
