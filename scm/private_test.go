package scm

import (
	"bytes"
	"context"
	"errors"
	"reflect"
	"testing"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/marshal"
	"oxid/ndr"
	"oxid/orpc"
)

// recorder plays both sides of private.idl: it notes what it was called with
// and answers what it was told to.
type recorder struct {
	got     []any
	results []scmResult
	oids    []orpc.OID
	owned   []bool
	err     error
}

func (r *recorder) note(v ...any) { r.got = v }

func (r *recorder) RegisterExporter(_ context.Context, session com.GUID, x *scmExporter) error {
	r.note(session, *x)
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

func (r *recorder) Activate(_ context.Context, oxid orpc.OXID, act marshal.Activation) ([]scmResult, error) {
	r.note(oxid, act)
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
	c := newCaller(t, scmHostInterface(r), scmProcessInterface(r))
	host, err := newScmHostClient(t.Context(), c.conn)
	if err != nil {
		t.Fatal(err)
	}
	process, err := newScmProcessClient(t.Context(), c.conn)
	if err != nil {
		t.Fatal(err)
	}
	ctx, session, clsid := t.Context(), com.NewGUID(), com.NewGUID()
	x := scmExporter{oxid: 1 << 60, remUnknown: com.NewGUID(), authnHint: 5, major: 5, minor: 7, bindings: mustPack(t, "h[1]")}
	act := marshal.Activation{CLSID: clsid, IIDs: []com.IID{iidGreeter, iidOther}, ClassObject: true, Dest: com.MSHCTX_DIFFERENTMACHINE}
	for _, failure := range []error{nil, com.E_ACCESSDENIED} {
		r.err = failure
		r.want(t, host.RegisterExporter(ctx, session, &x), failure, session, x)
		r.want(t, host.RevokeExporter(ctx, session, 9), failure, session, orpc.OXID(9))
		r.want(t, host.RegisterClass(ctx, session, 9, clsid), failure, "register", session, orpc.OXID(9), clsid)
		r.want(t, host.RevokeClass(ctx, session, 9, clsid), failure, "revoke", session, orpc.OXID(9), clsid)

		pid, program, err := process.Attach(ctx, []byte{1, 2, 3}, "höst:135", 120000)
		r.want(t, err, failure, []byte{1, 2, 3}, "höst:135", uint32(120000))
		if pid != 4711 || program != "prögram" {
			t.Errorf("Attach: %d, %q", pid, program)
		}
		r.owned = []bool{true, false, true}
		owned, err := process.Own(ctx, 9, oids{3, 2, 1})
		r.want(t, err, failure, orpc.OXID(9), oids{3, 2, 1})
		if !reflect.DeepEqual(owned, r.owned) {
			t.Errorf("Own: %v", owned)
		}
		for _, list := range []oids{{5, 1 << 63}, nil} {
			r.oids = list
			got, err := process.Unpinged(ctx, 9, 3)
			r.want(t, err, failure, orpc.OXID(9), uint32(3))
			kept, err2 := process.Rundown(ctx, 9, oids{7})
			r.want(t, err2, failure, orpc.OXID(9), oids{7})
			if !reflect.DeepEqual(got, list) || !reflect.DeepEqual(kept, list) {
				t.Errorf("Unpinged: %v, Rundown: %v, want %v", got, kept, list)
			}
		}
		r.results = []scmResult{{com.E_NOINTERFACE, nil}, {com.S_OK, []byte("MEOW1")}}
		results, err := process.Activate(ctx, 9, act)
		r.want(t, err, failure, orpc.OXID(9), act)
		if !reflect.DeepEqual(results, r.results) {
			t.Errorf("Activate: %v", results)
		}
	}
	// A method that fails has no results; the wire has them all the same.
	r.owned, r.results = nil, nil
	if owned, err := process.Own(ctx, 9, oids{1}); com.HRESULTOf(err) != com.E_ACCESSDENIED || len(owned) != 1 {
		t.Errorf("Own: %v, %v", owned, err)
	}
	if results, err := process.Activate(ctx, 9, act); com.HRESULTOf(err) != com.E_ACCESSDENIED || results != nil {
		t.Errorf("Activate: %v, %v", results, err)
	}
}

// The structures have the layouts of the IDL, in both transfer syntaxes.
func TestPrivateLayouts(t *testing.T) {
	x := scmExporter{oxid: 0x0102030405060708, remUnknown: goldenClass, authnHint: 6, major: 5, minor: 7, bindings: []byte{0xaa, 0xbb}}
	results := []scmResult{{com.S_OK, []byte{1, 2, 3}}, {com.E_FAIL, nil}}
	for _, tt := range []struct {
		ndr64    bool
		exporter string
		results  string
	}{
		{false, "0807060504030201 0027a4d8a2b34c5d8899aabbccddeeff 06000000 0500 0700 02000000 00000200 02000000 aabb",
			"02000000 00000200 02000000 00000000 03000000 04000200 05400080 00000000 00000000 03000000 010203"},
		{true, "0807060504030201 0027a4d8a2b34c5d8899aabbccddeeff 06000000 0500 0700 02000000 00000000 0000020000000000 0200000000000000 aabb",
			"02000000 00000000 0000020000000000 0200000000000000 00000000 03000000 0400020000000000 05400080 00000000 0000000000000000 0300000000000000 010203"},
	} {
		e := ndr.EncodeTo(nil, tt.ndr64)
		x.encode(&e)
		b, err := e.Data()
		if want := unhex(t, tt.exporter); err != nil || !bytes.Equal(b, want) {
			t.Errorf("exporter, NDR64 %v:\n%x\n%x, %v", tt.ndr64, b, want, err)
		}
		var back scmExporter
		d := ndr.DecodeFrom(b, drepLittle, tt.ndr64)
		if back.decode(&d); d.Err() != nil || !reflect.DeepEqual(back, x) {
			t.Errorf("read back as %+v, %v", back, d.Err())
		}
		e = ndr.EncodeTo(nil, tt.ndr64)
		encodeResults(&e, results)
		b, err = e.Data()
		if want := unhex(t, tt.results); err != nil || !bytes.Equal(b, want) {
			t.Errorf("results, NDR64 %v:\n%x\n%x, %v", tt.ndr64, b, want, err)
		}
		d = ndr.DecodeFrom(b, drepLittle, tt.ndr64)
		if got := decodeResults(&d); d.Err() != nil || !reflect.DeepEqual(got, results) {
			t.Errorf("read back as %+v, %v", got, d.Err())
		}
	}
}

// FuzzPrivate feeds stub data of any kind to both private interfaces, and to
// the decoders of their replies.
func FuzzPrivate(f *testing.F) {
	f.Add(false, uint16(0), unhex(f, "00000000000000000000000000000000 0807060504030201 0027a4d8a2b34c5d8899aabbccddeeff 06000000 0500 0700 02000000 00000200 02000000 aabb"))
	f.Add(true, uint16(1), unhex(f, "0900000000000000 02000000 02000000 0100000000000000 0200000000000000"))
	f.Add(true, uint16(4), unhex(f, "0900000000000000 0027a4d8a2b34c5d8899aabbccddeeff 01000000 02000000 01000000 01000000 0027a4d8a2b34c5d8899aabbccddeeff"))
	f.Add(true, uint16(9), unhex(f, "02000000 00000200 02000000 00000000 03000000 04000200 05400080 00000000 00000000 03000000 010203"))
	r := &recorder{oids: oids{1}, results: []scmResult{{com.S_OK, []byte{1}}}}
	c := newCaller(f, scmHostInterface(r), scmProcessInterface(r))
	var contexts [2]*dcerpc.PresContext
	for i, s := range []dcerpc.SyntaxID{scmHostSyntax, scmProcessSyntax} {
		var err error
		if contexts[i], err = c.conn.Context(f.Context(), s); err != nil {
			f.Fatal(err)
		}
	}
	f.Fuzz(func(t *testing.T, process bool, op uint16, stub []byte) {
		if len(stub) > 4000 {
			t.Skip("one fragment is enough")
		}
		p := contexts[0]
		if process {
			p = contexts[1]
		}
		_, err := rawCall(t, p, op, stub)
		var fault *dcerpc.Fault
		if err != nil && !errors.As(err, &fault) {
			t.Fatal(err)
		}
		d := ndr.DecodeFrom(stub, drepLittle, op&1 != 0)
		decodeResults(&d)
		d = ndr.DecodeFrom(stub, drepLittle, op&1 != 0)
		decodeOIDs[orpc.OID](&d)
	})
}
