package orpc

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"reflect"
	"testing"

	"oxid/com"
	"oxid/dcerpc"
)

// A scene is one call of a native RPC interface: the bytes of its request and
// its reply in the wire forms, and what they mean.
type scene struct {
	name string
	op   uint16
	// in and out are stub data in NDR 2.0, NDR64, and big-endian NDR 2.0; a form
	// that is "" is left out. What this side writes is little-endian.
	in, out [3]string
	args    []any                                                    // what the server is called with
	results []any                                                    // what it returns
	call    func(context.Context, *dcerpc.ClientConn) ([]any, error) // the same call by a client
}

// stage plays a server: it notes what it was called with, and returns what it
// was told to.
type stage struct{ args, results []any }

// play notes the arguments of a call and returns the results of the scene.
func (s *stage) play(args ...any) []any {
	s.args = args
	return s.results
}

// result is one of the results of a scene, the zero value for those that it lacks.
func result[T any](rs []any, i int) (v T) {
	if i < len(rs) {
		v, _ = rs[i].(T)
	}
	return v
}

// playScenes wants of each scene that its request is understood in every form,
// that the reply has the bytes of the scene, and the same of a client. Requests
// that are cut short anywhere are bad stub data.
func playScenes(t *testing.T, serve func(*stage) *dcerpc.Interface, scenes []scene) {
	t.Helper()
	for _, sc := range scenes {
		t.Run(sc.name, func(t *testing.T) {
			for i, form := range forms {
				if sc.in[i] == "" && sc.out[i] == "" {
					continue
				}
				s := &stage{results: sc.results}
				in, out := unhex(t, sc.in[i]), unhex(t, sc.out[i])
				call := dcerpc.ServerCall{Opnum: sc.op, Stub: append(bytes.Clone(in), "extra octets"...), DataRep: form.drep, NDR64: form.ndr64}
				handler := serve(s).Handler
				if err := handler.ServeRPC(&call); err != nil {
					t.Fatalf("%s: %v", form.name, err)
				}
				wantSame(t, form.name+": the server was called with", s.args, sc.args)
				for n := range in {
					cut := dcerpc.ServerCall{Opnum: sc.op, Stub: in[:n:n], DataRep: form.drep, NDR64: form.ndr64}
					if err := handler.ServeRPC(&cut); !errors.Is(err, com.RPC_X_BAD_STUB_DATA) {
						t.Fatalf("%s: %d of %d bytes: %v", form.name, n, len(in), err)
					}
				}
				if form.drep != drepLittle {
					continue // replies, and what clients send, are little-endian
				}
				wantBytes(t, call.Reply, out)
				var stub []byte
				conn := scripted(t, serve(s), form.ndr64, func(c *dcerpc.ServerCall) {
					stub = bytes.Clone(c.Stub)
					c.Reply = append(append(c.GrowReply(len(out)), out...), "extra octets"...)
				})
				got, err := sc.call(t.Context(), conn)
				if err != nil {
					t.Fatalf("%s: %v", form.name, err)
				}
				wantBytes(t, stub, in)
				wantSame(t, form.name+": the client has", got, sc.results)
			}
		})
	}
}

// fuzzScenes feeds stub data of any kind to the server and to the client of each
// scene. What a client understands can be sent, and is understood the same.
func fuzzScenes(f *testing.F, serve func(*stage) *dcerpc.Interface, scenes []scene) {
	for which, sc := range scenes {
		for form := range forms {
			f.Add(unhex(f, sc.in[form]), uint8(which), uint8(form), false)
			f.Add(unhex(f, sc.out[form]), uint8(which), uint8(form), true)
		}
	}
	var reply []byte
	conns := map[bool]*dcerpc.ClientConn{}
	for _, ndr64 := range []bool{false, true} {
		conns[ndr64] = scripted(f, serve(nil), ndr64, func(c *dcerpc.ServerCall) { c.Reply = append(c.GrowReply(len(reply)), reply...) })
	}
	f.Fuzz(func(t *testing.T, b []byte, which, form uint8, isReply bool) {
		if len(b) > 4000 {
			t.Skip("one fragment is enough")
		}
		sc, fm := scenes[int(which)%len(scenes)], forms[int(form)%len(forms)]
		handler := serve(&stage{results: sc.results}).Handler
		if !isReply {
			bounded(t, b, 64, func() {
				handler.ServeRPC(&dcerpc.ServerCall{Opnum: sc.op, Stub: b, DataRep: fm.drep, NDR64: fm.ndr64})
			})
			return
		}
		reply = b
		var got []any
		var err error
		bounded(t, b, 64, func() { got, err = sc.call(t.Context(), conns[fm.ndr64]) })
		in := sc.in[map[bool]int{true: 1}[fm.ndr64]]
		if err != nil || in == "" {
			return
		}
		call := dcerpc.ServerCall{Opnum: sc.op, Stub: unhex(t, in), DataRep: drepLittle, NDR64: fm.ndr64}
		if err := serve(&stage{results: got}).Handler.ServeRPC(&call); err != nil {
			t.Fatalf("%+v: %v", got, err)
		}
		reply = call.Reply
		again, err := sc.call(t.Context(), conns[fm.ndr64])
		if err != nil || !reflect.DeepEqual(again, got) {
			t.Fatalf("%+v became %+v, %v", got, again, err)
		}
	})
}

func wantSame(t *testing.T, what string, got, want []any) {
	t.Helper()
	if len(got)+len(want) > 0 && !reflect.DeepEqual(got, want) {
		t.Errorf("%s %+v, want %+v", what, got, want)
	}
}

// forms are the wire forms of a scene.
var forms = [3]struct {
	name  string
	drep  uint32
	ndr64 bool
}{{"NDR20", drepLittle, false}, {"NDR64", drepLittle, true}, {"NDR20 big-endian", drepBig, false}}

// scripted connects to a server of an interface that does with every call what
// serve does.
func scripted(tb testing.TB, i *dcerpc.Interface, ndr64 bool, serve func(*dcerpc.ServerCall)) *dcerpc.ClientConn {
	tb.Helper()
	s := dcerpc.NewServer(&dcerpc.ServerOptions{NDR64: true, Logger: slog.New(slog.DiscardHandler)})
	i.Handler = dcerpc.HandlerFunc(func(c *dcerpc.ServerCall) error { serve(c); return nil })
	if err := s.Register(i); err != nil {
		tb.Fatal(err)
	}
	conn := dcerpc.NewClientConn(s.Pipe(), &dcerpc.ClientOptions{NDR64: ndr64})
	tb.Cleanup(func() {
		conn.Close()
		s.Close()
	})
	return conn
}
