package roundtrip_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"oxid/com"
	"oxid/idl/gen/testdata/zoo"
	"oxid/idl/gen/wiretest"
)

// syntaxes runs a test in both transfer syntaxes and at two offsets of the
// parameters in the message.
func syntaxes(t *testing.T, f func(t *testing.T, w *wiretest.Wire)) {
	for _, ndr64 := range []bool{false, true} {
		for _, align := range []uint8{0, 4} {
			t.Run(fmt.Sprintf("ndr64=%v,align=%d", ndr64, align), func(t *testing.T) {
				w := &wiretest.Wire{NDR64: ndr64, Align: align}
				f(t, w)
				if n := w.Live(); n != 0 {
					t.Errorf("%d messages not given back", n)
				}
			})
		}
	}
}

func connect[T any](t *testing.T, w *wiretest.Wire, server any) T {
	t.Helper()
	itf, err := wiretest.Connect[T](t.Context(), w, server)
	if err != nil {
		t.Fatal(err)
	}
	return itf
}

// echoes names the methods whose results are arguments: which result is which
// argument (ctx not counted).
var echoes = map[string][]int{
	"EchoNumbers": {0}, "EchoScalars": {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, "EchoWordy": {0, 1}, "EchoFixed": {0}, "EchoPointers": {0},
	"EchoUniques": {0, 1, 3}, "EchoInOut": {0, 1, 2, 3, 4}, "EchoCounted": {0}, "EchoVary": {0}, "EchoTree": {0}, "EchoConf": {0, 1, 2},
	"EchoConfVary": {0, 1}, "EchoEncap": {0}, "EchoTagged": {0}, "EchoUnion": {0}, "EchoStrings": {0, 1, 2, 3}, "EchoNames": {0},
	"EchoArrays": {0, 1}, "EchoLate": {0}, "EchoVarying": {0}, "EchoMatrix": {0}, "EchoGrid": {0}, "EchoEnums": {0, 1, 2, 3, 4},
	"EchoInOutArray": {0}, "EchoPair": {0}, "EchoLevel": {1}, "EchoConfVarying": {1}, "EchoFirst": {2}, "EchoTotal": {2}, "EchoRange": {0, 1},
}

// arguments makes arguments for a method that its types alone do not describe.
func arguments(m *maker, name string, args []reflect.Value) {
	set := func(i int, v any) { args[i] = reflect.ValueOf(v) }
	trim := func(i, n int) {
		if args[i].Len() > n {
			args[i] = args[i].Slice(0, n)
		}
	}
	switch name {
	case "EchoScalars":
		if !m.ndr64 {
			set(14, uint64(m.r.Uint32()))
		}
	case "EchoUniques":
		if m.r.IntN(3) == 0 {
			set(3, []int16(nil))
		}
	case "EchoLevel":
		u := args[1].Interface().(zoo.CHOICE)
		set(0, u.Tag())
	case "EchoStrings":
		set(1, m.ascii(50))
		set(2, m.text(19))
		set(3, m.ascii(3))
	case "EchoArrays":
		b := make([]int64, args[0].Len())
		for i := range b {
			b[i] = int64(m.bits())
		}
		set(1, b)
	case "EchoVarying":
		trim(0, 10)
	case "EchoConfVarying":
		set(0, int32(args[1].Len()+m.r.IntN(3)))
	case "EchoFirst":
		trim(2, 8)
		set(0, int32(m.r.IntN(9-args[2].Len())))
		set(1, int32(args[2].Len()))
	case "EchoGrid":
		grid := make([][]int32, m.r.IntN(4))
		for i := range grid {
			if m.r.IntN(3) > 0 {
				grid[i] = []int32{1, int32(m.bits()), 3, 4}
			}
		}
		set(0, grid)
	case "EchoEnums":
		n := args[0].Len() % 5
		for i := range 5 {
			for args[i].Len() < n {
				args[i] = reflect.Append(args[i], reflect.ValueOf(m.make(args[i].Type().Elem())))
			}
			trim(i, n)
		}
	case "EchoTotal":
		n, k := m.r.IntN(4), m.r.IntN(4)
		set(0, int32(n))
		set(1, int32(k))
		set(2, make([]float32, n*k+1))
	case "EchoRange":
		set(0, int32(m.r.IntN(11)-5))
		set(1, zoo.SMALLNUM(1+m.r.IntN(10)))
	}
}

func TestZooRoundTrips(t *testing.T) {
	rounds := 60
	if testing.Short() {
		rounds = 5
	}
	syntaxes(t, func(t *testing.T, w *wiretest.Wire) {
		p := connect[zoo.IZoo2](t, w, &zooServer{})
		m := &maker{r: rand.New(rand.NewPCG(1, 2)), ndr64: w.NDR64}
		for name, same := range echoes {
			method := reflect.ValueOf(p).MethodByName(name)
			if !method.IsValid() {
				t.Errorf("no method %s", name)
				continue
			}
			for round := range rounds {
				args := make([]reflect.Value, method.Type().NumIn()-1)
				for i := range args {
					args[i] = reflect.ValueOf(m.make(method.Type().In(i + 1)))
				}
				arguments(m, name, args)
				out := method.Call(append([]reflect.Value{reflect.ValueOf(t.Context())}, args...))
				if err, _ := out[len(out)-1].Interface().(error); err != nil {
					t.Fatalf("%s, round %d: %v", name, round, err)
				}
				if len(out)-1 != len(same) {
					t.Fatalf("%s returns %d values", name, len(out)-1)
				}
				for i, arg := range same {
					compare(t, fmt.Sprintf("%s, round %d, result %d", name, round, i), out[i], args[arg])
				}
			}
		}
	})
}

// compare wants got to be want, apart from counts that encoding filled in and
// from a pointer that the result has where the argument is a plain value.
func compare(t *testing.T, what string, got, want reflect.Value) {
	t.Helper()
	if got.Kind() == reflect.Pointer && want.Kind() == reflect.Struct {
		got = got.Elem()
	}
	w := reflect.New(want.Type())
	w.Elem().Set(want)
	filled(w.Interface())
	if want.Kind() == reflect.Pointer && !want.IsNil() {
		filled(want.Interface())
	}
	if !reflect.DeepEqual(got.Interface(), w.Elem().Interface()) {
		t.Fatalf("%s:\ngot  %s\nwant %s", what, show(got.Interface()), show(w.Elem().Interface()))
	}
}

func TestZooFullPointersKeepTheirIdentity(t *testing.T) {
	syntaxes(t, func(t *testing.T, w *wiretest.Wire) {
		p := connect[zoo.IZoo](t, w, &zooServer{})
		a, b, s := int32(1), int32(2), "text"
		v := &zoo.FULLPTR{A: &a, B: &b, S: &s}
		v.Loop = v
		r, err := p.EchoFull(t.Context(), v, &a, &b)
		if err != nil {
			t.Fatal(err)
		}
		// The result itself comes by a unique pointer: the circle begins behind it.
		if r.Loop == nil || r.Loop.Loop != r.Loop || r.Loop.A != r.A || r.A == r.B || *r.A != 1 || *r.B != 2 || *r.S != "text" {
			t.Errorf("got %+v", *r)
		}
		if r, err = p.EchoFull(t.Context(), nil, nil, nil); r != nil || err != nil {
			t.Errorf("nil: %v, %v", r, err)
		}
	})
}

func TestZooReadFillsTheCallersSlice(t *testing.T) {
	syntaxes(t, func(t *testing.T, w *wiretest.Wire) {
		p := connect[zoo.IZoo](t, w, &zooServer{})
		buf := make([]byte, 100)
		got, err := p.Read(t.Context(), buf)
		if err != nil || len(got) != 50 || &got[0] != &buf[0] || buf[49] != 49 {
			t.Errorf("got %d bytes, %v; in place: %v", len(got), err, len(got) > 0 && &got[0] == &buf[0])
		}
	})
}

func TestCF_439_InOutArraysComeBackInTheCallersMemory(t *testing.T) {
	syntaxes(t, func(t *testing.T, w *wiretest.Wire) {
		p := connect[zoo.IZoo](t, w, &zooServer{})
		v := []float64{1, 2, 3}
		r, err := p.EchoInOutArray(t.Context(), v)
		if err != nil || len(r) != 3 || &r[0] != &v[0] {
			t.Errorf("%v, %v; in place: %v", r, err, len(r) > 0 && &r[0] == &v[0])
		}
	})
}

func TestZooHostileOutSizeIsRefused(t *testing.T) {
	w := &wiretest.Wire{Request: func(op uint32, b []byte) []byte { return []byte{0xff, 0xff, 0xff, 0x7f} }}
	p := connect[zoo.IZoo](t, w, &zooServer{})
	if _, err := p.Read(t.Context(), nil); !errors.Is(err, com.E_OUTOFMEMORY) {
		t.Errorf("got %v", err)
	}
}

func TestZooInterfacePointers(t *testing.T) {
	syntaxes(t, func(t *testing.T, w *wiretest.Wire) {
		p := connect[zoo.IZoo](t, w, &zooServer{})
		s, plain := &sink{}, &zooServer{}
		ra, rb, rc, err := p.Objects(t.Context(), s, plain, zoo.IID_IZooSink, s)
		if err != nil {
			t.Fatal(err)
		}
		if len(s.told) != 1 {
			t.Errorf("the sink was told %d times during the call", len(s.told))
		}
		if err := ra.Tell(t.Context(), 2); err != nil || len(s.told) != 2 {
			t.Errorf("Tell through the result: %v, told %v", err, s.told)
		}
		if rb != com.Unknown(plain) {
			t.Errorf("IUnknown came back as %T", rb)
		}
		if c, err := com.As[zoo.IZooSink](rc, nil); err != nil || c.Tell(t.Context(), 3) != nil || len(s.told) != 3 {
			t.Errorf("iid_is result: %v, told %v", err, s.told)
		}
		com.Release(ra)
		com.Release(rc)
		for _, x := range []any{ra, rc} {
			if n := x.(com.Proxied).COMProxy().Users(); n != 0 {
				t.Errorf("%d hand-outs left", n)
			}
		}
		if ra, rb, rc, err = p.Objects(t.Context(), nil, nil, com.IID_IUnknown, nil); ra != nil || rb != nil || rc != nil || err != nil {
			t.Errorf("nil came back as %v, %v, %v, %v", ra, rb, rc, err)
		}
	})
}

func TestZooInterfacePointersInStructures(t *testing.T) {
	syntaxes(t, func(t *testing.T, w *wiretest.Wire) {
		p := connect[zoo.IZoo](t, w, &zooServer{})
		s := &sink{}
		v := zoo.OBJECTS{Before: 7, Sink: s, Any: s, More: []zoo.IZooSink{s, nil, s}, U: zoo.OBJ_Sink(s)}
		r, err := p.EchoObjects(t.Context(), v)
		if err != nil {
			t.Fatal(err)
		}
		u, ok := r.U.Sink()
		if r.Before != 7 || r.Any != com.Unknown(s) || r.N != 3 || len(r.More) != 3 || r.More[1] != nil || r.Tag != 1 || !ok {
			t.Fatalf("got %+v", r)
		}
		for i, x := range []zoo.IZooSink{r.Sink, r.More[0], r.More[2], u} {
			if err := x.Tell(t.Context(), int32(i)); err != nil {
				t.Errorf("pointer %d: %v", i, err)
			}
			if n := x.(com.Proxied).COMProxy().Users(); n != 1 {
				t.Errorf("pointer %d has %d hand-outs", i, n)
			}
		}
		if len(s.told) != 4 {
			t.Errorf("told %v", s.told)
		}
		r.ReleaseNDR()
		if n := u.(com.Proxied).COMProxy().Users(); n != 0 {
			t.Errorf("ReleaseNDR left %d hand-outs", n)
		}
		arr, err := p.SinkArray(t.Context(), []zoo.IZooSink{s, nil})
		if err != nil || len(arr) != 2 || arr[0] == nil || arr[1] != nil {
			t.Errorf("SinkArray: %v, %v", arr, err)
		}
	})
}

func TestZooResults(t *testing.T) {
	syntaxes(t, func(t *testing.T, w *wiretest.Wire) {
		p := connect[zoo.IZoo2](t, w, &zooServer{})
		ctx := t.Context()
		if n, hr, err := p.Next(ctx, 2); n != 2 || hr != com.S_OK || err != nil {
			t.Errorf("Next(2): %d, %v, %v", n, hr, err)
		}
		if n, hr, err := p.Next(ctx, 9); n != 3 || hr != com.S_FALSE || err != nil {
			t.Errorf("Next(9): %d, %v, %v", n, hr, err)
		}
		if n, err := p.Sum(ctx, 2, 3); n != 5 || err != nil {
			t.Errorf("Sum: %d, %v", n, err)
		}
		if n, err := p.Sum(ctx, 13, 3); n != 0 || !errors.Is(err, com.E_INVALIDARG) {
			t.Errorf("Sum(13): %d, %v", n, err)
		}
		if err := p.Nothing(ctx); err != nil {
			t.Error(err)
		}
		if err := p.PutCount(ctx, 8); err != nil {
			t.Error(err)
		}
		if n, err := p.GetCount(ctx); n != 8 || err != nil {
			t.Errorf("GetCount: %d, %v", n, err)
		}
		if n, err := p.Twice(ctx, 21); n != 42 || err != nil {
			t.Errorf("Twice: %d, %v", n, err)
		}
		if n, err := p.Type(ctx, 1, 2, 3, 4, 5); n != 15 || err != nil {
			t.Errorf("Type: %d, %v", n, err)
		}
		if n, err := p.More(ctx, "more"); n != 4 || err != nil {
			t.Errorf("More: %d, %v", n, err)
		}
	})
}

func TestZooFailuresCarryNothing(t *testing.T) {
	syntaxes(t, func(t *testing.T, w *wiretest.Wire) {
		s := &zooServer{}
		p := connect[zoo.IZoo](t, w, s)
		kept := connect[zoo.IZooSink](t, w, &sink{})
		s.kept = kept
		a, b, c, d, e, f, g, err := p.Fails(t.Context(), com.E_ACCESSDENIED, 3)
		if !errors.Is(err, com.E_ACCESSDENIED) {
			t.Fatalf("got %v", err)
		}
		if a != nil || b != "" || c != nil || e != nil || f != (zoo.ENCAP{}) || !reflect.DeepEqual(d, zoo.POINTERS{}) || !reflect.DeepEqual(g, zoo.OBJECTS{}) {
			t.Errorf("results beside an error: %v %q %v %+v %v %v %+v", a, b, c, d, e, f, g)
		}
		if n := kept.(com.Proxied).COMProxy().Users(); n != 1 {
			t.Errorf("the server's own pointer has %d hand-outs: results of a failed call leak", n)
		}
		if _, b, c, _, _, _, _, err := p.Fails(t.Context(), com.S_OK, 3); err != nil || b != "fine" || len(c) != 3 {
			t.Errorf("success: %q, %v, %v", b, c, err)
		}
		if _, _, _, _, _, _, _, err := p.Fails(t.Context(), com.E_FAIL, 1<<30); !errors.Is(err, com.E_OUTOFMEMORY) {
			t.Errorf("hostile size: %v", err)
		}
	})
}

func TestZooLocalAnswers(t *testing.T) {
	itf, _ := zoo.IZoo2Desc.NewProxy()
	if !zoo.IZoo2Desc.SetLocal(itf, &zooServer{count: 5}) {
		t.Fatal("SetLocal refused a value that has the interface")
	}
	p := itf.(zoo.IZoo2)
	if n, err := p.GetCount(context.Background()); n != 5 || err != nil {
		t.Errorf("a method of the base: %d, %v", n, err)
	}
	if n, err := p.More(context.Background(), "abc"); n != 3 || err != nil {
		t.Errorf("its own method: %d, %v", n, err)
	}
	if zoo.IZoo2Desc.SetLocal(itf, &sink{}) {
		t.Error("SetLocal took a value without the interface")
	}
}

func TestZooValuesThatDoNotFitAreRefused(t *testing.T) {
	p := connect[zoo.IZoo](t, &wiretest.Wire{}, &zooServer{})
	ctx := t.Context()
	for name, call := range map[string]func() error{
		"two slices of one count": func() error { _, _, err := p.EchoArrays(ctx, make([]int16, 2), make([]int64, 3)); return err },
		"length over the bound":   func() error { _, err := p.EchoVarying(ctx, make([]int16, 11)); return err },
		"string over its array":   func() error { _, err := p.EchoFixed(ctx, zoo.FIXED{Name: "12345678"}); return err },
		"size_is expression":      func() error { _, err := p.EchoTotal(ctx, 2, 2, make([]float32, 4)); return err },
		"count that says more":    func() error { _, err := p.EchoCounted(ctx, zoo.COUNTED{N: 3, A: []int16{1}}); return err },
		"255 elements in a byte": func() error {
			_, err := p.EchoCounted(ctx, zoo.COUNTED{Last: -1, Ptrs: make([]zoo.POINTERS, 256)})
			return err
		},
		"tag of another arm": func() error { _, err := p.EchoTagged(ctx, zoo.TAGGED{Tag: 2, U: zoo.CHOICE_L(1)}); return err },
		"enum over 16 bits":  func() error { _, err := p.EchoNumbers(ctx, zoo.NUMBERS{Color: 40000}); return err },
		"range":              func() error { _, _, err := p.EchoRange(ctx, 6, 1); return err },
		"range of a typedef": func() error { _, _, err := p.EchoRange(ctx, 0, 11); return err },
		"string with a NUL":  func() error { _, _, _, _, err := p.EchoStrings(ctx, "a\x00b", "", "", ""); return err },
	} {
		if err := call(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestZooTruncatedRequestsAndRepliesAreErrors(t *testing.T) {
	for _, ndr64 := range []bool{false, true} {
		m := &maker{r: rand.New(rand.NewPCG(3, 4)), ndr64: ndr64}
		v := m.make(reflect.TypeFor[zoo.COUNTED]()).(zoo.COUNTED)
		cut := -1
		shorten := func(_ uint32, b []byte) []byte {
			if cut >= 0 && cut < len(b) {
				return b[:cut]
			}
			return b
		}
		for _, w := range []*wiretest.Wire{{NDR64: ndr64, Request: shorten}, {NDR64: ndr64, Reply: shorten}} {
			p := connect[zoo.IZoo](t, w, &zooServer{})
			size := 0
			inner := w.Request
			if inner == nil {
				inner = w.Reply
			}
			measure := func(op uint32, b []byte) []byte { size = len(b); return inner(op, b) }
			if w.Request != nil {
				w.Request = measure
			} else {
				w.Reply = measure
			}
			cut = -1
			if _, err := p.EchoCounted(t.Context(), v); err != nil {
				t.Fatal(err)
			}
			full := size
			for cut = range full - 3 {
				if _, err := p.EchoCounted(t.Context(), v); err == nil {
					t.Errorf("cut at %d of %d: no error", cut, full)
				}
			}
			if w.Live() != 0 {
				t.Errorf("%d messages not given back", w.Live())
			}
		}
	}
}

func TestZooPointersOfAMessageThatEndsEarlyAreGivenBack(t *testing.T) {
	cut := func(_ uint32, b []byte) []byte { return b[:len(b)-4] }
	syntaxes(t, func(t *testing.T, w *wiretest.Wire) {
		mine := connect[zoo.IZooSink](t, &wiretest.Wire{}, &sink{})
		users := func() int { return mine.(com.Proxied).COMProxy().Users() }
		p := connect[zoo.IZoo](t, w, &zooServer{})
		w.Request = cut
		if _, _, _, err := p.Objects(t.Context(), mine, nil, com.IID_IUnknown, nil); !errors.Is(err, com.RPC_X_BAD_STUB_DATA) || users() != 1 {
			t.Errorf("request: %v, %d hand-outs", err, users())
		}
		w.Request, w.Reply = nil, cut
		ra, _, _, err := p.Objects(t.Context(), mine, nil, com.IID_IUnknown, nil)
		if ra != nil || !errors.Is(err, com.RPC_X_BAD_STUB_DATA) || users() != 1 {
			t.Errorf("reply: %v, %v, %d hand-outs", ra, err, users())
		}
	})
}
