package scm

import (
	"bytes"
	"context"
	"errors"
	"reflect"
	"testing"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/orpc"
	"oxid/scm/internal/private"
)

// recorder plays both sides of private.idl: it notes what it was called with
// and answers what it was told to.
type recorder struct {
	got     []any
	results []private.Result
	oids    []orpc.OID
	owned   []bool
	err     error
}

func (r *recorder) note(v ...any) { r.got = v }

func (r *recorder) RegisterExporter(_ context.Context, session com.GUID, x private.Exporter) error {
	r.note(session, x)
	return r.err
}

func (r *recorder) RevokeExporter(_ context.Context, session com.GUID, oxid orpc.OXID) error {
	r.note(session, oxid)
	return r.err
}

func (r *recorder) RegisterClass(_ context.Context, session com.GUID, oxid orpc.OXID, clsid com.CLSID) error {
	r.note("register", session, oxid, clsid)
	return r.err
}

func (r *recorder) RevokeClass(_ context.Context, session com.GUID, oxid orpc.OXID, clsid com.CLSID) error {
	r.note("revoke", session, oxid, clsid)
	return r.err
}

func (r *recorder) Attach(_ context.Context, bindings []byte, target string, period uint32) (uint32, string, error) {
	r.note(bytes.Clone(bindings), target, period)
	return 4711, "prögram", r.err
}

func (r *recorder) Own(_ context.Context, oxid orpc.OXID, oids []orpc.OID) ([]bool, error) {
	r.note(oxid, oids)
	return r.owned, r.err
}

func (r *recorder) Unpinged(_ context.Context, oxid orpc.OXID, periods uint32) ([]orpc.OID, error) {
	r.note(oxid, periods)
	return r.oids, r.err
}

func (r *recorder) Rundown(_ context.Context, oxid orpc.OXID, oids []orpc.OID) ([]orpc.OID, error) {
	r.note(oxid, oids)
	return r.oids, r.err
}

func (r *recorder) Activate(_ context.Context, oxid orpc.OXID, clsid com.CLSID, classObject bool, dest com.MSHCTX, iids []com.IID) ([]private.Result, error) {
	r.note(oxid, clsid, classObject, dest, iids)
	return r.results, r.err
}

func (r *recorder) want(t *testing.T, err, wantErr error, want ...any) {
	t.Helper()
	if com.HRESULTOf(err) != com.HRESULTOf(wantErr) {
		t.Errorf("error %v, want %v", err, wantErr)
	}
	if !reflect.DeepEqual(r.got, want) {
		t.Errorf("called with %v, want %v", r.got, want)
	}
}

// What goes in on one side comes out on the other, results and failures alike.
func TestPrivateInterfaces(t *testing.T) {
	r := &recorder{}
	c := newCaller(t, private.ServeIScmHost(r), private.ServeIScmProcess(r))
	host, err := private.NewIScmHostClient(t.Context(), c.conn)
	if err != nil {
		t.Fatal(err)
	}
	process, err := private.NewIScmProcessClient(t.Context(), c.conn)
	if err != nil {
		t.Fatal(err)
	}
	ctx, session, clsid := t.Context(), com.NewGUID(), com.NewGUID()
	bindings := mustPack(t, "h[1]")
	x := private.Exporter{OXID: 1 << 60, RemUnknown: com.NewGUID(), AuthnHint: 5, Major: 5, Minor: 7, CbBindings: uint32(len(bindings)), Bindings: bindings}
	iids := []com.IID{iidGreeter, iidOther}
	for _, failure := range []error{nil, com.E_ACCESSDENIED} {
		r.err = failure
		r.want(t, host.RegisterExporter(ctx, session, x), failure, session, x)
		r.want(t, host.RevokeExporter(ctx, session, 9), failure, session, orpc.OXID(9))
		r.want(t, host.RegisterClass(ctx, session, 9, clsid), failure, "register", session, orpc.OXID(9), clsid)
		r.want(t, host.RevokeClass(ctx, session, 9, clsid), failure, "revoke", session, orpc.OXID(9), clsid)

		pid, program, err := process.Attach(ctx, []byte{1, 2, 3}, "höst:135", 120000)
		r.want(t, err, failure, []byte{1, 2, 3}, "höst:135", uint32(120000))
		wantResult(t, "Attach", failure, pid, 4711)
		wantResult(t, "Attach", failure, program, "prögram")
		r.owned = []bool{true, false, true}
		owned, err := process.Own(ctx, 9, oids{3, 2, 1})
		r.want(t, err, failure, orpc.OXID(9), oids{3, 2, 1})
		wantResult(t, "Own", failure, owned, r.owned)
		for _, list := range []oids{{5, 1 << 63}, nil} {
			r.oids = list
			got, err := process.Unpinged(ctx, 9, 3)
			r.want(t, err, failure, orpc.OXID(9), uint32(3))
			wantResult(t, "Unpinged", failure, got, list)
			kept, err := process.Rundown(ctx, 9, oids{7})
			r.want(t, err, failure, orpc.OXID(9), oids{7})
			wantResult(t, "Rundown", failure, kept, list)
		}
		r.results = []private.Result{{HR: com.E_NOINTERFACE}, {HR: com.S_OK, CbPacket: 5, Packet: []byte("MEOW1")}}
		results, err := process.Activate(ctx, 9, clsid, true, com.MSHCTX_DIFFERENTMACHINE, iids)
		r.want(t, err, failure, orpc.OXID(9), clsid, true, com.MSHCTX_DIFFERENTMACHINE, iids)
		wantResult(t, "Activate", failure, results, r.results)
	}
}

// wantResult fails unless got is want, or the zero value after a failure.
func wantResult[T any](t *testing.T, what string, failure error, got, want T) {
	t.Helper()
	if failure != nil {
		want = *new(T)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// layouts are what the structures look like in both transfer syntaxes, and the
// requests and the reply around them.
var layouts = []struct {
	ndr64    bool
	exporter string
	activate string
	results  string
}{
	{false, "0807060504030201 0027a4d8a2b34c5d8899aabbccddeeff 06000000 0500 0700 02000000 00000200 02000000 aabb",
		"0900000000000000 0027a4d8a2b34c5d8899aabbccddeeff 01000000 02000000 01000000 01000000 0027a4d8a2b34c5d8899aabbccddeeff",
		"02000000 00000200 02000000 00000000 03000000 04000200 05400080 00000000 00000000 03000000 010203 00 00000000"},
	{true, "0807060504030201 0027a4d8a2b34c5d8899aabbccddeeff 06000000 0500 0700 02000000 00000000 0000020000000000 0200000000000000 aabb",
		"0900000000000000 0027a4d8a2b34c5d8899aabbccddeeff 01000000 02000000 01000000 00000000 0100000000000000 0027a4d8a2b34c5d8899aabbccddeeff",
		"02000000 00000000 0000020000000000 0200000000000000 00000000 03000000 0400020000000000 05400080 00000000 0000000000000000 0300000000000000 010203 00 00000000"},
}

// The structures have the layouts of the IDL, in both transfer syntaxes.
func TestPrivateLayouts(t *testing.T) {
	x := private.Exporter{OXID: 0x0102030405060708, RemUnknown: goldenClass, AuthnHint: 6, Major: 5, Minor: 7, CbBindings: 2, Bindings: []byte{0xaa, 0xbb}}
	r := &recorder{results: []private.Result{{HR: com.S_OK, CbPacket: 3, Packet: []byte{1, 2, 3}}, {HR: com.E_FAIL}}}
	for _, tt := range layouts {
		call := dcerpc.ServerCall{Opnum: 0, Stub: append(make([]byte, 16), unhex(t, tt.exporter)...), DataRep: drepLittle, NDR64: tt.ndr64}
		if err := private.ServeIScmHost(r).Handler.ServeRPC(&call); err != nil || !bytes.Equal(call.Reply, make([]byte, 4)) {
			t.Errorf("exporter, NDR64 %v: %v, reply %x", tt.ndr64, err, call.Reply)
		}
		if want := []any{com.GUID{}, x}; !reflect.DeepEqual(r.got, want) {
			t.Errorf("exporter, NDR64 %v: %v, want %v", tt.ndr64, r.got, want)
		}
		call = dcerpc.ServerCall{Opnum: 4, Stub: unhex(t, tt.activate), DataRep: drepLittle, NDR64: tt.ndr64}
		if err := private.ServeIScmProcess(r).Handler.ServeRPC(&call); err != nil || !bytes.Equal(call.Reply, unhex(t, tt.results)) {
			t.Errorf("results, NDR64 %v: %v\n%x\n%x", tt.ndr64, err, call.Reply, unhex(t, tt.results))
		}
		// The client's side of the same bytes.
		var stub []byte
		reply := make([]byte, 4)
		conn := scripted(t, tt.ndr64, func(c *dcerpc.ServerCall) { stub, c.Reply = bytes.Clone(c.Stub), append(c.GrowReply(0), reply...) })
		host, err := private.NewIScmHostClient(t.Context(), conn)
		if err != nil {
			t.Fatal(err)
		}
		if err := host.RegisterExporter(t.Context(), com.GUID{}, x); err != nil || !bytes.Equal(stub[16:], unhex(t, tt.exporter)) {
			t.Errorf("exporter, NDR64 %v: %v\n%x\n%x", tt.ndr64, err, stub[16:], unhex(t, tt.exporter))
		}
		process, err := private.NewIScmProcessClient(t.Context(), conn)
		if err != nil {
			t.Fatal(err)
		}
		reply = unhex(t, tt.results)
		results, err := process.Activate(t.Context(), 9, goldenClass, true, com.MSHCTX_DIFFERENTMACHINE, []com.IID{goldenClass})
		if err != nil || !reflect.DeepEqual(results, r.results) || !bytes.Equal(stub, unhex(t, tt.activate)) {
			t.Errorf("results, NDR64 %v: %v, %v\n%x\n%x", tt.ndr64, results, err, stub, unhex(t, tt.activate))
		}
	}
}

// scripted connects to a server of both private interfaces that answers with
// whatever serve says.
func scripted(tb testing.TB, ndr64 bool, serve func(c *dcerpc.ServerCall)) *dcerpc.ClientConn {
	tb.Helper()
	s := dcerpc.NewServer(&dcerpc.ServerOptions{NDR64: ndr64, Logger: quiet})
	for _, id := range []dcerpc.SyntaxID{private.IScmHostSyntax, private.IScmProcessSyntax} {
		h := dcerpc.HandlerFunc(func(c *dcerpc.ServerCall) error { serve(c); return nil })
		if err := s.Register(&dcerpc.Interface{Syntax: id, NumOps: 5, Handler: h}); err != nil {
			tb.Fatal(err)
		}
	}
	conn := dcerpc.NewClientConn(s.Pipe(), &dcerpc.ClientOptions{NDR64: ndr64})
	tb.Cleanup(func() {
		conn.Close()
		s.Close()
	})
	return conn
}

// FuzzPrivate feeds stub data of any kind to both private interfaces, and to
// the clients that decode their replies.
func FuzzPrivate(f *testing.F) {
	f.Add(false, uint16(0), unhex(f, "00000000000000000000000000000000 0807060504030201 0027a4d8a2b34c5d8899aabbccddeeff 06000000 0500 0700 02000000 00000200 02000000 aabb"))
	f.Add(true, uint16(1), unhex(f, "0900000000000000 02000000 02000000 0100000000000000 0200000000000000"))
	f.Add(true, uint16(4), unhex(f, layouts[0].activate))
	f.Add(true, uint16(9), unhex(f, layouts[0].results))
	r := &recorder{oids: oids{1}, results: []private.Result{{HR: com.S_OK, Packet: []byte{1}}}}
	c := newCaller(f, private.ServeIScmHost(r), private.ServeIScmProcess(r))
	var contexts [2]*dcerpc.PresContext
	for i, s := range []dcerpc.SyntaxID{private.IScmHostSyntax, private.IScmProcessSyntax} {
		var err error
		if contexts[i], err = c.conn.Context(f.Context(), s); err != nil {
			f.Fatal(err)
		}
	}
	var reply []byte
	process, err := private.NewIScmProcessClient(f.Context(), scripted(f, false, func(c *dcerpc.ServerCall) { c.Reply = append(c.GrowReply(len(reply)), reply...) }))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, toProcess bool, op uint16, stub []byte) {
		if len(stub) > 4000 {
			t.Skip("one fragment is enough")
		}
		p := contexts[0]
		if toProcess {
			p = contexts[1]
		}
		_, err := rawCall(t, p, op, stub)
		var fault *dcerpc.Fault
		if err != nil && !errors.As(err, &fault) {
			t.Fatal(err)
		}
		reply = stub
		ctx := t.Context()
		if _, _, err := process.Attach(ctx, nil, "", 0); len(stub) < 12 && err == nil {
			t.Error("Attach took a reply that is too short")
		}
		if owned, err := process.Own(ctx, 1, oids{1, 2, 3}); err == nil && len(owned) != 3 {
			t.Errorf("Own: %v", owned)
		}
		process.Unpinged(ctx, 1, 2)
		process.Rundown(ctx, 1, nil)
		process.Activate(ctx, 1, goldenClass, false, 0, []com.IID{goldenClass})
	})
}
