package marshal_test

import (
	"context"
	"testing"

	"oxid/com"
	"oxid/marshal"
	"oxid/samples/calc"
)

// channelOf returns the channel of a proxy and the world it lives in.
func channelOf(t *testing.T, c calc.ICalc) com.IRpcChannelBuffer {
	t.Helper()
	p, ok := c.(com.Proxied)
	if !ok {
		t.Fatalf("%T is no proxy", c)
	}
	return p.COMProxy().Channel()
}

func proxyIn(t *testing.T, w *world, o any) (calc.ICalc, com.IRpcChannelBuffer) {
	t.Helper()
	c := w.mustUnmarshal(w.b, w.marshal(o, 0))
	return c, channelOf(t, c)
}

func TestCF_222_GetBufferIsFreshEachTime(t *testing.T) {
	w := newWorld(t)
	c, ch := proxyIn(t, w, &object{})
	defer com.Release(c)
	for _, size := range []int{0, 0, 16, 100_000} {
		m, err := ch.GetBuffer(w.cb, 3, size)
		if err != nil {
			t.Fatal(err)
		}
		if len(m.Buffer) != 0 || cap(m.Buffer) < size {
			t.Errorf("size %d: length %d, capacity %d", size, len(m.Buffer), cap(m.Buffer))
		}
		n, err := ch.GetBuffer(w.cb, 3, size)
		if err != nil {
			t.Fatal(err)
		}
		if n == m {
			t.Error("one message for two calls")
		}
		ch.FreeBuffer(m)
		ch.FreeBuffer(n)
	}
}

func TestCF_196_223_224_SendReceiveTakesWhatWasWritten(t *testing.T) {
	w := newWorld(t)
	c, ch := proxyIn(t, w, &object{})
	defer com.Release(c)
	m, err := ch.GetBuffer(w.cb, 3, 64)
	if err != nil {
		t.Fatal(err)
	}
	m.Buffer = append(m.Buffer, 2, 0, 0, 0, 40, 0, 0, 0) // fewer bytes than asked for
	if err := ch.SendReceive(w.cb, m); err != nil {
		t.Fatal(err)
	}
	if got := string(m.Buffer); got != "\x2a\x00\x00\x00\x00\x00\x00\x00" {
		t.Errorf("reply % x: want the sum and the HRESULT, and nothing else (CF-196)", got)
	}
	ch.FreeBuffer(m)
}

func TestCF_223_EmptyRequestIsLegal(t *testing.T) {
	leaves(t)
	w := newWorld(t)
	c, ch := proxyIn(t, w, &object{})
	defer com.Release(c)
	m, err := ch.GetBuffer(w.cb, 8, 0) // Clone has no [in] parameters
	if err != nil {
		t.Fatal(err)
	}
	if err := ch.SendReceive(w.cb, m); err != nil {
		t.Fatal(err)
	}
	ch.FreeBuffer(m)
}

func TestCF_225_FailureBringsNoReply(t *testing.T) {
	w := newWorld(t)
	c, ch := proxyIn(t, w, &object{})
	defer com.Release(c)
	m, err := ch.GetBuffer(w.cb, 3, 8)
	if err != nil {
		t.Fatal(err)
	}
	m.Buffer = append(m.Buffer, 1, 0) // Add needs eight bytes
	wantHR(t, ch.SendReceive(w.cb, m), com.RPC_X_BAD_STUB_DATA)
	if n, err := c.Add(w.cb, 1, 2); n != 3 || err != nil {
		t.Errorf("the next call: %d, %v", n, err)
	}
}

func TestCF_226_IsConnected(t *testing.T) {
	w, o := newWorld(t), &object{}
	c, ch := proxyIn(t, w, o)
	if !ch.IsConnected() {
		t.Error("not connected while the object lives")
	}
	w.a.CoDisconnectObject(w.ca, o, 0)
	if ch.IsConnected() {
		t.Error("connected to an object that was disconnected")
	}
	com.Release(c)
}

func TestCF_189_227_GetDestCtx(t *testing.T) {
	w := newWorld(t)
	c, ch := proxyIn(t, w, &object{})
	defer com.Release(c)
	if got := ch.GetDestCtx(); got != com.MSHCTX_INPROC {
		t.Errorf("destination %d, want INPROC", got)
	}
}

func TestCF_229_ReservedIsTheChannels(t *testing.T) {
	w := newWorld(t)
	c, ch := proxyIn(t, w, &object{})
	defer com.Release(c)
	m, err := ch.GetBuffer(w.cb, 3, 8)
	if err != nil {
		t.Fatal(err)
	}
	before := m.Reserved
	m.Buffer = append(m.Buffer, make([]byte, 8)...)
	if err := ch.SendReceive(w.cb, m); err != nil {
		t.Fatal(err)
	}
	if m.Reserved != before || before == nil {
		t.Error("the reserved member changed")
	}
	ch.FreeBuffer(m)
	m.Reserved = nil
	ch.FreeBuffer(m) // a message that is not the channel's is left alone
	if err := ch.SendReceive(w.cb, m); err != com.E_INVALIDARG {
		t.Errorf("a message that is not the channel's: %v", err)
	}
}

// bomb panics in a method.
type bomb struct{ object }

func (*bomb) Add(context.Context, int32, int32) (int32, error) { panic("boom") }

func TestCF_231_PanicInAMethod(t *testing.T) {
	check := func(t *testing.T, ctx context.Context, c calc.ICalc) {
		_, err := c.Add(ctx, 1, 2)
		wantHR(t, err, com.RPC_E_SERVERFAULT)
		if s, err := c.Echo(ctx, "still here"); s != "still here" || err != nil {
			t.Errorf("the next call: %q, %v", s, err)
		}
		com.Release(c)
	}
	t.Run("one process", func(t *testing.T) {
		w := newWorld(t)
		c, _ := proxyIn(t, w, &bomb{})
		check(t, w.cb, c)
	})
	t.Run("two machines", func(t *testing.T) {
		check(t, t.Context(), send(t, newMachine(t), newMachine(t), &bomb{}))
	})
}

func TestCF_232_UnknownIPID(t *testing.T) {
	w, o := newWorld(t), &object{}
	c, _ := proxyIn(t, w, o)
	defer com.Release(c)
	w.a.CoDisconnectObject(w.ca, o, 0)
	_, err := c.Add(w.cb, 1, 2)
	wantHR(t, err, com.RPC_E_DISCONNECTED)
}

func TestMethodBeyondTheVtable(t *testing.T) {
	w := newWorld(t)
	c, ch := proxyIn(t, w, &object{})
	defer com.Release(c)
	for _, op := range []uint32{0, 1, 2, 9, 4999} {
		m, err := ch.GetBuffer(w.cb, op, 0)
		if err != nil {
			t.Fatal(err)
		}
		wantHR(t, ch.SendReceive(w.cb, m), com.RPC_S_PROCNUM_OUT_OF_RANGE)
	}
}

// busy disconnects itself in the middle of a call.
type busy struct {
	object
	apt *marshal.Apartment
}

func (b *busy) Add(ctx context.Context, x, y int32) (int32, error) {
	if err := b.apt.CoDisconnectObject(ctx, b, 0); err != nil {
		return 0, err
	}
	if b.finals != 0 {
		return 0, com.E_UNEXPECTED // let go while its method runs
	}
	return x + y, nil
}

func TestCF_083_DisconnectInsideACall(t *testing.T) {
	w := newWorld(t)
	o := &busy{apt: w.a}
	c, _ := proxyIn(t, w, o)
	defer com.Release(c)
	if n, err := c.Add(w.cb, 1, 2); n != 3 || err != nil {
		t.Errorf("the call that disconnects: %d, %v", n, err)
	}
	if o.finals != 1 {
		t.Errorf("FinalRelease ran %d times", o.finals)
	}
	_, err := c.Add(w.cb, 1, 2)
	wantHR(t, err, com.RPC_E_DISCONNECTED)
}
