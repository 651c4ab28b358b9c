package com_test

import (
	"context"
	"sync"
	"testing"

	"oxid/com"
)

// The interfaces of the tests, as generated code would have them.

type iCalc interface {
	Add(ctx context.Context, a, b int32) (int32, error)
}

type iScientific interface {
	iCalc
	Sqrt(ctx context.Context, x float64) (float64, error)
}

type iLog interface {
	Log(ctx context.Context, line string) error
}

// iRed and iBlue cannot be told apart by methods.
type (
	iRed interface {
		Paint(ctx context.Context) error
	}
	iBlue interface {
		Paint(ctx context.Context) error
	}
)

// iTag has no methods.
type iTag interface{}

type iCounter interface {
	Count(ctx context.Context, by int32) (int32, error)
}

type iTicker interface {
	Tick(ctx context.Context) error
}

var (
	iidCalc       = com.MustGUID("2f0ad0a1-6a2c-4f8e-9d2b-000000000010")
	iidScientific = com.MustGUID("2f0ad0a1-6a2c-4f8e-9d2b-000000000011")
	iidLog        = com.MustGUID("2f0ad0a1-6a2c-4f8e-9d2b-000000000012")
	iidRed        = com.MustGUID("2f0ad0a1-6a2c-4f8e-9d2b-000000000013")
	iidBlue       = com.MustGUID("2f0ad0a1-6a2c-4f8e-9d2b-000000000014")
	iidTag        = com.MustGUID("2f0ad0a1-6a2c-4f8e-9d2b-000000000015")
	iidNobody     = com.MustGUID("2f0ad0a1-6a2c-4f8e-9d2b-0000000000ff")

	calcDesc = com.Register[iCalc](com.Desc{IID: iidCalc, Name: "ICalc", Methods: []string{"Add"}})
	sciDesc  = com.Register[iScientific](com.Desc{IID: iidScientific, Name: "IScientific", Base: calcDesc,
		Methods: []string{"Sqrt"}})
	logDesc     = com.Register[iLog](com.Desc{IID: iidLog, Name: "ILog", Methods: []string{"Log"}})
	redDesc     = com.Register[iRed](com.Desc{IID: iidRed, Name: "IRed", Methods: []string{"Paint"}})
	_           = com.Register[iBlue](com.Desc{IID: iidBlue, Name: "IBlue", Methods: []string{"Paint"}})
	tagDesc     = com.Register[iTag](com.Desc{IID: iidTag, Name: "ITag"})
	counterDesc = com.Register[iCounter](com.Desc{IID: com.TwinCounterIID, Name: "ICounter", Methods: []string{"Count"}})
	tickerDesc  = com.Register[iTicker](com.Desc{IID: com.TwinTickerIID, Name: "ITicker", Methods: []string{"Tick"}})
)

// calculator is a plain class: it embeds nothing and says nothing.
type calculator struct{ _ int }

func (c *calculator) Add(_ context.Context, a, b int32) (int32, error)   { return a + b, nil }
func (c *calculator) Sqrt(_ context.Context, x float64) (float64, error) { return x / 2, nil }
func (c *calculator) Describe(context.Context) (string, error)           { return "calculator", nil }

// fakeManager is the identity of fake proxies.
type fakeManager struct {
	mu       sync.Mutex
	proxies  map[com.IID]any
	released []*com.Proxy
	over     int
	ctx      context.Context
	err      error
}

func (m *fakeManager) QueryInterface(_ context.Context, iid *com.IID) (any, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if v, ok := m.proxies[*iid]; ok {
		v.(com.Proxied).COMProxy().AddUser(true)
		return v, nil
	}
	return nil, com.E_NOINTERFACE
}

func (m *fakeManager) QueryDesc(ctx context.Context, d *com.Desc) (any, error) {
	return m.QueryInterface(ctx, &d.IID)
}

func (m *fakeManager) Released(p *com.Proxy) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.released = append(m.released, p)
}

func (m *fakeManager) ReleasedContext(ctx context.Context, p *com.Proxy) error {
	m.ctx = ctx
	m.Released(p)
	return m.err
}

func (m *fakeManager) OverReleased(*com.Proxy) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.over++
}

func (m *fakeManager) Peer() string { return "10.0.0.5[49152]" }

func (m *fakeManager) releases() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.released)
}

// calcProxy is an interface proxy as generated code has it.
type calcProxy struct{ com.Proxy }

func (p *calcProxy) Add(ctx context.Context, a, b int32) (int32, error) {
	ch, m, err := p.Begin(ctx, 3, 8)
	if err != nil {
		return 0, err
	}
	if err := ch.SendReceive(ctx, m); err != nil {
		return 0, err
	}
	ch.FreeBuffer(m)
	return a + b, p.Result(ctx, 3, com.S_OK)
}

// sciProxy is the proxy of the derived interface.
type sciProxy struct{ calcProxy }

func (p *sciProxy) Sqrt(_ context.Context, x float64) (float64, error) { return x, nil }

// fakeChannel counts what is asked of it.
type fakeChannel struct {
	buffers, sends, frees int
	during                func()
}

func (c *fakeChannel) GetBuffer(_ context.Context, op uint32, size int) (*com.RPCOLEMESSAGE, error) {
	c.buffers++
	return &com.RPCOLEMESSAGE{Op: op, Buffer: make([]byte, 0, size)}, nil
}

func (c *fakeChannel) SendReceive(context.Context, *com.RPCOLEMESSAGE) error {
	c.sends++
	if c.during != nil {
		c.during()
	}
	return nil
}

func (c *fakeChannel) FreeBuffer(*com.RPCOLEMESSAGE) { c.frees++ }
func (c *fakeChannel) GetDestCtx() com.MSHCTX        { return com.MSHCTX_INPROC }
func (c *fakeChannel) IsConnected() bool             { return true }

// newProxies returns a manager with a connected ICalc proxy, handed out once,
// and a connected IScientific proxy that is not handed out.
func newProxies(t testing.TB) (*fakeManager, *calcProxy, *sciProxy) {
	t.Helper()
	m := &fakeManager{proxies: map[com.IID]any{}}
	c, s := new(calcProxy), new(sciProxy)
	c.Init(m, calcDesc)
	s.Init(m, sciDesc)
	for _, p := range []com.IRpcProxyBuffer{c, s} {
		if err := p.Connect(new(fakeChannel)); err != nil {
			t.Fatal(err)
		}
	}
	m.proxies[iidCalc], m.proxies[iidScientific] = c, s
	c.AddUser(true)
	return m, c, s
}

// wantHRESULT fails t unless err stands for hr.
func wantHRESULT(t testing.TB, err error, hr com.HRESULT) {
	t.Helper()
	if got := com.HRESULTOf(err); got != hr {
		t.Fatalf("got %v (%v), want %v", got, err, hr)
	}
}
