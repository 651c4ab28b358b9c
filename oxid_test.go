package oxid_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"oxid"
	"oxid/com"
	"oxid/internal/leak"
	"oxid/samples/calc"
	"oxid/samples/calc/calculator"
	"oxid/step"
)

func start(t *testing.T, opts ...oxid.Option) *oxid.Process {
	t.Helper()
	opts = append([]oxid.Option{oxid.NoDaemon(), oxid.WithLogger(slog.New(slog.DiscardHandler))}, opts...)
	p, err := oxid.Start(t.Context(), opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return p
}

func startServer(t *testing.T, opts ...oxid.Option) *oxid.Process {
	t.Helper()
	p := start(t, opts...)
	err := p.RegisterClass(t.Context(), calc.CLSID_Calculator, func(context.Context) (any, error) {
		return calculator.New(), nil
	}, calc.ExposeICalc, calc.ExposeIScientific)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func create(t *testing.T, p, server *oxid.Process) calc.ICalc {
	t.Helper()
	c, err := oxid.CreateInstance[calc.ICalc](t.Context(), p, calc.CLSID_Calculator, oxid.At(server.Addr()))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestActivateCallQueryRelease(t *testing.T) {
	leak.Check(t)
	server, client := startServer(t), start(t)
	ctx := t.Context()
	c := create(t, client, server)
	if n, err := c.Add(ctx, 20, 22); n != 42 || err != nil {
		t.Errorf("Add: %d, %v", n, err)
	}
	sci, err := oxid.QueryInterface[calc.IScientific](ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	if x, err := sci.Sqrt(ctx, 9); x != 3 || err != nil {
		t.Errorf("Sqrt: %v, %v", x, err)
	}
	if !oxid.Same(c, sci) || oxid.Same(c, server) {
		t.Error("identity")
	}
	if err := oxid.ReleaseContext(ctx, sci); err != nil {
		t.Error(err)
	}
	if err := oxid.ReleaseContext(ctx, c); err != nil {
		t.Error(err)
	}
	if _, err := c.Add(ctx, 1, 1); !errors.Is(err, com.CO_E_RELEASED) {
		t.Errorf("after release: %v", err)
	}
}

func TestClassObject(t *testing.T) {
	leak.Check(t)
	server, client := startServer(t), start(t)
	ctx := t.Context()
	f, err := oxid.GetClassObject[com.IClassFactory](ctx, client, calc.CLSID_Calculator, oxid.At(server.Addr()))
	if err != nil {
		t.Fatal(err)
	}
	defer oxid.Release(f)
	x, err := f.CreateInstance(ctx, nil, &calc.IID_ICalc)
	if err != nil {
		t.Fatal(err)
	}
	defer oxid.Release(x)
	if n, err := x.(calc.ICalc).Add(ctx, 1, 2); n != 3 || err != nil {
		t.Errorf("Add: %d, %v", n, err)
	}
	_, err = f.CreateInstance(ctx, nil, &com.IID_IStream)
	if !errors.Is(err, com.E_NOINTERFACE) {
		t.Errorf("CF-250, an interface that the object lacks: %v", err)
	}
	_, err = f.CreateInstance(ctx, "outer", &com.IID_IUnknown)
	if !errors.Is(err, com.CLASS_E_NOAGGREGATION) {
		t.Errorf("CF-252, an outer unknown: %v", err)
	}
}

// TestErrorsSayWhatToDo looks at errors as a user does: the code, the step,
// and a sentence to act on.
func TestErrorsSayWhatToDo(t *testing.T) {
	leak.Check(t)
	server, client := startServer(t), start(t)
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := closed.Addr().String()
	closed.Close()
	activate := func(clsid com.CLSID, at string) error {
		_, err := oxid.CreateInstance[calc.ICalc](t.Context(), client, clsid, oxid.At(at))
		return err
	}
	cases := []struct {
		name string
		err  error
		want com.HRESULT
		step step.Step
	}{
		{"no such class", activate(com.NewGUID(), server.Addr()), com.REGDB_E_CLASSNOTREG, step.Class},
		{"nobody there", activate(calc.CLSID_Calculator, nobody), com.RPC_S_SERVER_UNAVAILABLE, step.TCP},
		{"no such interface", func() error {
			_, err := oxid.CreateInstance[calc.ICalcEvents](t.Context(), client, calc.CLSID_Calculator, oxid.At(server.Addr()))
			return err
		}(), com.E_NOINTERFACE, step.Interface},
		{"a Go type instead of an interface", func() error {
			_, err := oxid.CreateInstance[*calculator.Calculator](t.Context(), client, calc.CLSID_Calculator, oxid.At(server.Addr()))
			return err
		}(), com.E_NOINTERFACE, step.Self},
	}
	for _, c := range cases {
		var e *com.Error
		if !errors.Is(c.err, c.want) || !errors.As(c.err, &e) {
			t.Errorf("%s: %v, want %v", c.name, c.err, c.want)
			continue
		}
		if e.Step != c.step {
			t.Errorf("%s: step %q, want %q", c.name, e.Step, c.step)
		}
		if e.Hint == "" {
			t.Errorf("%s: no hint in %v", c.name, e)
		}
		if text := e.Error(); !strings.Contains(text, c.want.Name()) {
			t.Errorf("%s: the text does not name the code: %s", c.name, text)
		}
	}
}

// keeper uses its sink after the call without having kept it.
type forgetful struct {
	calculator.Calculator
	sink calc.ICalcEvents
}

func (f *forgetful) Advise(_ context.Context, s calc.ICalcEvents) (uint32, error) {
	f.sink = s // Keep is missing
	return 1, nil
}

func (f *forgetful) Add(ctx context.Context, a, b int32) (int32, error) {
	return a + b, f.sink.OnResult(ctx, 0)
}

func TestSinkThatWasNotKept(t *testing.T) {
	leak.Check(t)
	server, client := start(t), start(t)
	f := &forgetful{}
	err := server.RegisterClass(t.Context(), calc.CLSID_Calculator, func(context.Context) (any, error) { return f, nil }, calc.ExposeICalc)
	if err != nil {
		t.Fatal(err)
	}
	c := create(t, client, server)
	defer oxid.Release(c)
	if _, err := c.Advise(t.Context(), &deafSink{}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Add(t.Context(), 1, 2); !errors.Is(err, com.CO_E_RELEASED) {
		t.Errorf("the client is told %v", err)
	}
	err = f.sink.OnResult(t.Context(), 0)
	var e *com.Error
	if !errors.As(err, &e) || !strings.Contains(e.Hint, "Keep") {
		t.Errorf("the server is told %v, want a hint at Keep", err)
	}
}

type deafSink struct{ _ int }

func (*deafSink) OnResult(context.Context, float64) error { return nil }

func TestNoListen(t *testing.T) {
	leak.Check(t)
	server, client := startServer(t), start(t, oxid.NoListen())
	c := create(t, client, server)
	if n, err := c.Add(t.Context(), 1, 2); n != 3 || err != nil {
		t.Errorf("Add: %d, %v", n, err)
	}
	oxid.Release(c)
	if err := client.RegisterClass(t.Context(), com.NewGUID(), nil); !errors.Is(err, com.E_UNEXPECTED) {
		t.Errorf("RegisterClass: %v", err)
	}
}

func TestOwnMachine(t *testing.T) {
	leak.Check(t)
	p := startServer(t)
	c, err := oxid.CreateInstance[calc.ICalc](t.Context(), p, calc.CLSID_Calculator)
	if err != nil {
		t.Fatal(err)
	}
	if _, direct := c.(*calculator.Calculator); !direct {
		t.Errorf("an object of the same apartment comes as %T, want itself (CF-003)", c)
	}
}

func TestDeadlineBoundsActivation(t *testing.T) {
	leak.Check(t)
	l, err := net.Listen("tcp", "127.0.0.1:0") // accepts, and never answers
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	client := start(t)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	begin := time.Now()
	_, err = oxid.CreateInstance[calc.ICalc](ctx, client, calc.CLSID_Calculator, oxid.At(l.Addr().String()))
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a server that does not answer: %v", err)
	}
	if d := time.Since(begin); d > 2*time.Second {
		t.Errorf("returned after %v", d)
	}
}

func TestCloseReleasesEverything(t *testing.T) {
	leak.Check(t)
	gone := make(chan struct{}, 3)
	server := start(t)
	err := server.RegisterClass(t.Context(), calc.CLSID_Calculator, func(context.Context) (any, error) {
		c := calculator.New()
		c.OnFinalRelease = func() { gone <- struct{}{} }
		return c, nil
	}, calc.ExposeICalc)
	if err != nil {
		t.Fatal(err)
	}
	client := start(t)
	for range 3 {
		create(t, client, server) // forgotten
	}
	if err := client.Close(); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		select {
		case <-gone:
		case <-time.After(3 * time.Second):
			t.Fatal("closing the client did not release its references")
		}
	}
}
