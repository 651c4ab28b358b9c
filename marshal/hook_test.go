package marshal_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"oxid/com"
	"oxid/marshal"
	"oxid/orpc"
	"oxid/samples/calc"
)

// hookID is the GUID that the hook of these tests is registered with.
var hookID = com.MustGUID("6b5e1e9c-28d2-4d71-9f5a-94f7b5b50d3b")

// hook records what it sees, and sends what it is told to.
type hook struct {
	t              *testing.T
	client, server []byte // data to send with requests and replies

	mu   sync.Mutex
	seen []string
	got  [2][]byte // what ServerNotify and ClientNotify were given last
	ids  map[com.CID]bool
	pids map[uint32]bool
}

func (h *hook) note(what string, extent com.GUID, call *com.ChannelHookCallInfo) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if extent != hookID {
		h.t.Errorf("CF-292: %s: extent %v", what, extent)
	}
	name := fmt.Sprintf("%s %d", what, call.Method)
	if call.Object != nil {
		name += " object"
	}
	if call.IID != calc.IID_ICalc && call.IID != com.IID_IRemUnknown && call.IID != com.IID_IRemUnknown2 {
		h.t.Errorf("%s: IID %v", what, call.IID)
	}
	h.seen = append(h.seen, name)
	if h.ids == nil {
		h.ids, h.pids = map[com.CID]bool{}, map[uint32]bool{}
	}
	h.ids[call.Causality], h.pids[call.ServerPID] = true, true
}

// take returns what was seen and forgets it.
func (h *hook) take() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := strings.Join(h.seen, "; ")
	h.seen = nil
	return s
}

func (h *hook) ClientGetSize(_ context.Context, x com.GUID, c *com.ChannelHookCallInfo) int {
	h.note("ClientGetSize", x, c)
	return len(h.client)
}

func (h *hook) ClientFillBuffer(_ context.Context, x com.GUID, c *com.ChannelHookCallInfo, buf []byte) int {
	h.note("ClientFillBuffer", x, c)
	return copy(buf, h.client)
}

func (h *hook) ServerNotify(_ context.Context, x com.GUID, c *com.ChannelHookCallInfo, data []byte) {
	h.note("ServerNotify", x, c)
	h.got[0] = append([]byte(nil), data...)
}

func (h *hook) ServerGetSize(_ context.Context, x com.GUID, c *com.ChannelHookCallInfo) int {
	h.note("ServerGetSize", x, c)
	return len(h.server)
}

func (h *hook) ServerFillBuffer(_ context.Context, x com.GUID, c *com.ChannelHookCallInfo, buf []byte) int {
	h.note("ServerFillBuffer", x, c)
	return copy(buf, h.server)
}

func (h *hook) ClientNotify(_ context.Context, x com.GUID, c *com.ChannelHookCallInfo, data []byte, fault com.HRESULT) {
	h.note("ClientNotify", x, c)
	h.got[1] = append([]byte(nil), data...)
	if fault != com.S_OK {
		h.mu.Lock()
		h.seen = append(h.seen, fault.Name())
		h.mu.Unlock()
	}
}

// hookPlaces runs f with a hooked proxy inside one process, and over the network.
func hookPlaces(t *testing.T, f func(t *testing.T, h *hook, obj *object, ctx context.Context, c calc.ICalc, local bool)) {
	t.Run("one process", func(t *testing.T) {
		p := newProcess(t)
		a, b := p.sta(marshal.STAOptions{}), p.sta(marshal.STAOptions{})
		obj := &object{}
		c := lend(t, a, b, obj)
		h := &hook{t: t}
		if err := p.rt.CoRegisterChannelHook(hookID, h); err != nil {
			t.Fatal(err)
		}
		f(t, h, obj, in(t, b), c, true)
	})
	t.Run("two machines", func(t *testing.T) {
		server, client := newMachine(t), newMachine(t)
		obj := &object{}
		c := send(t, server, client, obj)
		h := &hook{t: t}
		for _, m := range []*machine{server, client} {
			if err := m.rt.CoRegisterChannelHook(hookID, h); err != nil {
				t.Fatal(err)
			}
		}
		f(t, h, obj, t.Context(), c, false)
		com.ReleaseContext(t.Context(), c)
	})
}

func TestCF_283_284_285_286_288_289_292_HookOrder(t *testing.T) {
	hookPlaces(t, func(t *testing.T, h *hook, obj *object, ctx context.Context, c calc.ICalc, local bool) {
		for _, x := range []struct {
			client, server []byte
			want           string
		}{
			{nil, nil, "ClientGetSize 3; ServerNotify 3 object; ServerGetSize 3 object; ClientNotify 3 object"},
			{[]byte{1}, nil, "ClientGetSize 3; ClientFillBuffer 3; ServerNotify 3 object; ServerGetSize 3 object; ClientNotify 3 object"},
			{[]byte{1}, []byte{2, 3}, "ClientGetSize 3; ClientFillBuffer 3; ServerNotify 3 object; " +
				"ServerGetSize 3 object; ServerFillBuffer 3 object; ClientNotify 3 object"},
		} {
			h.client, h.server = x.client, x.server
			mustAdd(t, ctx, c)
			if got := h.take(); got != x.want {
				t.Errorf("client %d, server %d bytes:\n got %s\nwant %s", len(x.client), len(x.server), got, x.want)
			}
			if string(h.got[0]) != string(x.client) || string(h.got[1]) != string(x.server) {
				t.Errorf("received %v and %v, sent %v and %v", h.got[0], h.got[1], x.client, x.server)
			}
		}
		h.client, h.server = nil, nil
		h.ids = nil
		mustAdd(t, ctx, c)
		if len(h.ids) != 1 {
			t.Errorf("CF-285: %d causality ids in one call", len(h.ids))
		}
		if !h.pids[uint32(os.Getpid())] {
			t.Error("CF-285: the server's process is not named")
		}
		h.take()
		// Internal calls are seen, too.
		if err := com.ReleaseContext(ctx, c); err != nil {
			t.Error(err)
		}
		want := "ClientGetSize 5; ServerNotify 5 object; ServerGetSize 5 object; ClientNotify 5"
		if got := h.take(); got != want {
			t.Errorf("release:\n got %s\nwant %s", got, want)
		}
	})
}

func TestHooksSeeQueries(t *testing.T) {
	hookPlaces(t, func(t *testing.T, h *hook, obj *object, ctx context.Context, c calc.ICalc, local bool) {
		_, err := com.Query[calc.IScientific](ctx, c)
		wantHR(t, err, com.E_NOINTERFACE)
		want := "ClientGetSize 3; ServerNotify 3 object; ServerGetSize 3 object; ClientNotify 3"
		if got := h.take(); got != want {
			t.Errorf("query:\n got %s\nwant %s", got, want)
		}
	})
}

// CF-291, CF-293: extents arrive with the size that they were sent with, and
// leave the parameters where they belong.
func TestCF_291_293_ExtentSizes(t *testing.T) {
	hookPlaces(t, func(t *testing.T, h *hook, obj *object, ctx context.Context, c calc.ICalc, local bool) {
		for _, n := range []int{1, 2, 7, 8, 9, 1000, 70_000} {
			h.client, h.server = make([]byte, n), make([]byte, n+3)
			for i := range h.client {
				h.client[i] = byte(i)
			}
			for i := range h.server {
				h.server[i] = byte(3 * i)
			}
			if s, err := c.Echo(ctx, "Grüße"); s != "Grüße" || err != nil {
				t.Errorf("%d bytes: %q, %v", n, s, err)
			}
			if s, err := c.Sum(ctx, []float64{1, 2, 3.5}); s != 6.5 || err != nil {
				t.Errorf("%d bytes: %v, %v", n, s, err)
			}
			if string(h.got[0]) != string(h.client) || string(h.got[1]) != string(h.server) {
				t.Errorf("%d bytes: received %d and %d", n, len(h.got[0]), len(h.got[1]))
			}
		}
	})
}

func TestHooksAreToldOfFaults(t *testing.T) {
	hookPlaces(t, func(t *testing.T, h *hook, obj *object, ctx context.Context, c calc.ICalc, local bool) {
		h.client, h.server = []byte{1}, []byte{2}
		ch := channelOf(t, c)
		m, err := ch.GetBuffer(ctx, 3, 0)
		if err != nil {
			t.Fatal(err)
		}
		wantHR(t, ch.SendReceive(ctx, m), com.RPC_X_BAD_STUB_DATA)
		want := "ClientGetSize 3; ClientFillBuffer 3; ServerNotify 3 object; ClientNotify 3 object; RPC_X_BAD_STUB_DATA"
		if got := h.take(); got != want {
			t.Errorf("got %s\nwant %s", got, want)
		}
		if len(h.got[1]) != 0 {
			t.Errorf("data %v came with a fault", h.got[1])
		}
	})
}

// CF-296: what nobody on the other side knows is ignored.
func TestCF_296_UnknownExtents(t *testing.T) {
	server, client := newMachine(t), newMachine(t)
	c := send(t, server, client, &object{})
	defer com.Release(c)
	h := &hook{t: t, client: []byte("unknown there"), server: []byte("never asked for")}
	if err := client.rt.CoRegisterChannelHook(hookID, h); err != nil {
		t.Fatal(err)
	}
	mustAdd(t, t.Context(), c)
	if got := h.take(); got != "ClientGetSize 3; ClientFillBuffer 3; ClientNotify 3 object" {
		t.Errorf("the client saw %s", got)
	}
	if err := client.rt.CoRegisterChannelHook(hookID, nil); err != nil {
		t.Fatal(err)
	}
	if err := server.rt.CoRegisterChannelHook(hookID, h); err != nil {
		t.Fatal(err)
	}
	mustAdd(t, t.Context(), c)
	if got := h.take(); got != "ServerNotify 3 object; ServerGetSize 3 object; ServerFillBuffer 3 object" {
		t.Errorf("the server saw %s", got)
	}
	if len(h.got[0]) != 0 {
		t.Errorf("the server's hook was given %v", h.got[0])
	}
}

func TestRegisterChannelHook(t *testing.T) {
	p := newProcess(t)
	wantHR(t, p.rt.CoRegisterChannelHook(com.GUID{}, &hook{t: t}), com.E_INVALIDARG)
	a := p.sta(marshal.STAOptions{})
	c := lend(t, p.mta, a, &object{})
	old, replaced := &hook{t: t}, &hook{t: t}
	for _, h := range []com.IChannelHook{old, replaced, nil, nil} {
		if err := p.rt.CoRegisterChannelHook(hookID, h); err != nil {
			t.Fatal(err)
		}
		mustAdd(t, in(t, a), c)
	}
	if len(old.seen) != 4 || len(replaced.seen) != 4 {
		t.Errorf("seen %d and %d steps of one call each", len(old.seen), len(replaced.seen))
	}
	for i := range orpc.MaxExtents {
		if err := p.rt.CoRegisterChannelHook(com.GUID{Data1: uint32(i + 1)}, com.ChannelHook{}); err != nil {
			t.Fatal(err)
		}
	}
	wantHR(t, p.rt.CoRegisterChannelHook(hookID, old), com.RPC_E_OUT_OF_RESOURCES)
	mustAdd(t, in(t, a), c)
}

// badHook panics, and asks for what cannot be.
type badHook struct {
	com.ChannelHook
	size int
}

func (b badHook) ClientGetSize(context.Context, com.GUID, *com.ChannelHookCallInfo) int {
	return b.size
}
func (b badHook) ClientFillBuffer(context.Context, com.GUID, *com.ChannelHookCallInfo, []byte) int {
	return 1 << 40
}
func (b badHook) ServerNotify(context.Context, com.GUID, *com.ChannelHookCallInfo, []byte) {
	panic("boom")
}
func (b badHook) ServerGetSize(context.Context, com.GUID, *com.ChannelHookCallInfo) int { return -1 }

func TestBadHooksHarmNobody(t *testing.T) {
	p := newProcess(t)
	a := p.sta(marshal.STAOptions{})
	c := lend(t, p.mta, a, &object{})
	for _, size := range []int{-1, 5, orpc.MaxExtentsSize + 1} {
		if err := p.rt.CoRegisterChannelHook(hookID, badHook{size: size}); err != nil {
			t.Fatal(err)
		}
		mustAdd(t, in(t, a), c)
	}
	// Two hooks that together want to send too much: the call fails, clearly.
	for i := range 2 {
		if err := p.rt.CoRegisterChannelHook(com.GUID{Data1: uint32(i + 1)}, badHook{size: orpc.MaxExtentsSize}); err != nil {
			t.Fatal(err)
		}
	}
	_, err := c.Add(in(t, a), 1, 2)
	wantHR(t, err, com.RPC_E_INVALID_EXTENSION)
}
