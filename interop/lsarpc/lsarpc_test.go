package lsarpc

import (
	"context"
	"encoding/hex"
	"errors"
	"reflect"
	"slices"
	"testing"
	"unicode/utf16"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/ndr"
)

// Numbers of the operations.
const (
	opClose       = 0
	opOpenPolicy2 = 44
	opGetUserName = 45
)

// connect returns a client of a server within the process, over a connection of
// its own.
func connect(t *testing.T, s *dcerpc.Server, o dcerpc.ClientOptions) (Lsarpc, *dcerpc.ClientConn) {
	t.Helper()
	conn := dcerpc.NewClientConn(s.Pipe(), &o)
	t.Cleanup(func() { conn.Close() })
	lsa, err := NewLsarpcClient(t.Context(), conn)
	if err != nil {
		t.Fatal(err)
	}
	return lsa, conn
}

func server(t *testing.T, obj Lsarpc) *dcerpc.Server {
	t.Helper()
	s := dcerpc.NewServer(&dcerpc.ServerOptions{NDR64: true})
	if err := s.Register(ServeLsarpc(obj)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// A handle is of its association group, and is closed once.
func TestPolicyHandle(t *testing.T) {
	s := server(t, Policy{})
	for _, ndr64 := range []bool{false, true} {
		lsa, conn := connect(t, s, dcerpc.ClientOptions{NDR64: ndr64})
		friend, _ := connect(t, s, dcerpc.ClientOptions{NDR64: ndr64, Group: conn.Group()})
		stranger, _ := connect(t, s, dcerpc.ClientOptions{NDR64: ndr64})
		name := `\\SERVER`
		status, handle, err := lsa.OpenPolicy2(t.Context(), &name, LsaObjectAttributes{
			SecurityQualityOfService: &LsaQualityOfService{12, 2, 1, 0},
		}, 0x02000000)
		if err != nil || status != 0 || handle.IsNull() {
			t.Fatalf("OpenPolicy2: %v, 0x%x, %v", handle, status, err)
		}
		mismatch := &dcerpc.Fault{Status: dcerpc.StatusContextMismatch}
		if _, _, err := stranger.Close(t.Context(), handle); !errors.Is(err, mismatch) {
			t.Errorf("Close by another group: %v", err)
		}
		if status, closed, err := friend.Close(t.Context(), handle); err != nil || status != 0 || !closed.IsNull() {
			t.Errorf("Close by the same group: %v, 0x%x, %v", closed, status, err)
		}
		if _, _, err := lsa.Close(t.Context(), handle); !errors.Is(err, mismatch) {
			t.Errorf("Close of a closed handle: %v", err)
		}
		var b byte
		if status, _, err := lsa.OpenPolicy2(t.Context(), nil, LsaObjectAttributes{ObjectName: &b}, 0); err != nil || status == 0 {
			t.Errorf("OpenPolicy2 with a name in the attributes: 0x%x, %v", status, err)
		}
	}
}

func TestGetUserName(t *testing.T) {
	s := server(t, Policy{})
	lsa, _ := connect(t, s, dcerpc.ClientOptions{})
	status, user, domain, err := lsa.GetUserName(t.Context(), nil, nil, new(*LsaString))
	if err != nil || status != 0 || domain == nil || text(user) != "ANONYMOUS LOGON" || text(*domain) != "NT AUTHORITY" {
		t.Errorf("GetUserName: %v, %v, 0x%x, %v", text(user), domain, status, err)
	}
	if _, _, domain, err := lsa.GetUserName(t.Context(), nil, nil, nil); err != nil || domain != nil {
		t.Errorf("GetUserName without domain: %v, %v", domain, err)
	}
}

func text(s *LsaString) string {
	if s == nil {
		return "NULL"
	}
	return string(utf16.Decode(s.Buffer))
}

// record is a server that keeps what it is given.
type record struct {
	Policy
	name       *string
	attributes LsaObjectAttributes
	access     uint32
}

func (r *record) OpenPolicy2(_ context.Context, name *string, a LsaObjectAttributes, access uint32) (uint32, ndr.ContextHandle, error) {
	r.name, r.attributes, r.access = name, a, access
	return 0, ndr.ContextHandle{UUID: com.MustGUID("11223344-5566-7788-99aa-bbccddeeff00")}, nil
}

// Requests as an independent implementation encodes them.
func TestGoldenOpenPolicy2(t *testing.T) {
	for _, g := range []struct {
		name    string
		dataRep uint32
		stub    string
	}{
		{"NDR", 0x10, "000002000400000000000000040000005c005c0058000000" + "1800000000000000000000004000000000000000" + "04000200" + "0c00000002000100" + "00000002"},
		{"big-endian NDR", 0, "00020000000000040000000000000004005c005c00580000" + "0000001800000000000000000000004000000000" + "00020004" + "0000000c00020100" + "02000000"},
	} {
		stub, err := hex.DecodeString(g.stub)
		if err != nil {
			t.Fatal(err)
		}
		var r record
		serve := func(stub []byte) ([]byte, error) {
			c := &dcerpc.ServerCall{Opnum: opOpenPolicy2, DataRep: g.dataRep, Stub: stub}
			err := ServeLsarpc(&r).Handler.ServeRPC(c)
			return c.Reply, err
		}
		out, err := serve(stub)
		const want = "00000000" + "44332211" + "6655" + "8877" + "99aabbccddeeff00" + "00000000"
		if err != nil || hex.EncodeToString(out) != want {
			t.Errorf("%s: %x, %v", g.name, out, err)
		}
		attributes := LsaObjectAttributes{Length: 24, Attributes: 64, SecurityQualityOfService: &LsaQualityOfService{12, 2, 1, 0}}
		if r.name == nil || *r.name != `\\X` || !reflect.DeepEqual(r.attributes, attributes) || r.access != 0x02000000 {
			t.Errorf("%s: understood as %+v", g.name, r)
		}
		for n := range stub {
			if _, err := serve(slices.Clip(stub[:n])); !errors.Is(err, com.RPC_X_BAD_STUB_DATA) {
				t.Errorf("%s, %d of %d bytes: %v", g.name, n, len(stub), err)
			}
		}
	}
}

// A string's lengths are in bytes, its counts on the wire in characters.
func TestGoldenGetUserName(t *testing.T) {
	for _, g := range []struct {
		ndr64 bool
		stub  string
		out   string
	}{
		{false, "000000000000000000000000", "00000200" + "1e001e00" + "04000200" + "0f000000000000000f000000" +
			"41004e004f004e0059004d004f005500530020004c004f0047004f004e00" + "0000" + "00000000" + "00000000"},
		{true, "000000000000000000000000000000000000000000000000", "0000020000000000" + "1e001e0000000000" + "0400020000000000" +
			"0f0000000000000000000000000000000f00000000000000" +
			"41004e004f004e0059004d004f005500530020004c004f0047004f004e00" + "0000" + "0000000000000000" + "00000000"},
	} {
		stub, err := hex.DecodeString(g.stub)
		if err != nil {
			t.Fatal(err)
		}
		// The call asks its connection who the client is, so that it needs one.
		s := server(t, Policy{})
		conn := dcerpc.NewClientConn(s.Pipe(), &dcerpc.ClientOptions{NDR64: g.ndr64})
		pc, err := conn.Context(t.Context(), LsarpcSyntax)
		if err != nil {
			t.Fatal(err)
		}
		c := pc.NewCall(opGetUserName, nil, len(stub))
		c.Stub = append(c.Stub, stub...)
		if err := c.Invoke(t.Context()); err != nil || hex.EncodeToString(c.Reply) != g.out {
			t.Errorf("NDR64 %t:\n got %x, %v\nwant %s", g.ndr64, c.Reply, err, g.out)
		}
		c.Free()
		conn.Close()
	}
}

// The numbers in between are answered as those that there are not.
func TestOtherOperations(t *testing.T) {
	s := server(t, Policy{})
	conn := dcerpc.NewClientConn(s.Pipe(), nil)
	defer conn.Close()
	pc, err := conn.Context(t.Context(), LsarpcSyntax)
	if err != nil {
		t.Fatal(err)
	}
	for _, op := range []uint16{1, 43, 46, 1000} {
		c := pc.NewCall(op, nil, 0)
		if err := c.Invoke(t.Context()); !errors.Is(err, &dcerpc.Fault{Status: dcerpc.StatusOpRange}) {
			t.Errorf("operation %d: %v", op, err)
		}
		c.Free()
	}
}

// An argument that is a string in both directions survives the way.
func TestStrings(t *testing.T) {
	s := server(t, mirror{})
	for _, ndr64 := range []bool{false, true} {
		lsa, _ := connect(t, s, dcerpc.ClientOptions{NDR64: ndr64})
		for _, want := range []*LsaString{nil, {}, {MaximumLength: 10, Buffer: []uint16{}}, NewLsaString([]uint16{1, 2, 3}),
			{Length: 2, MaximumLength: 8, Buffer: []uint16{'x'}}} {
			_, user, domain, err := lsa.GetUserName(t.Context(), nil, want, &want)
			if err != nil || domain == nil || !reflect.DeepEqual(user, want) || !reflect.DeepEqual(*domain, want) {
				t.Errorf("NDR64 %t: %+v came back as %+v, %v", ndr64, want, user, err)
			}
		}
		if _, _, _, err := lsa.GetUserName(t.Context(), nil, &LsaString{Length: 4, MaximumLength: 4, Buffer: []uint16{1}}, nil); !errors.Is(err, com.RPC_S_INVALID_BOUND) {
			t.Errorf("a string whose length is not that of its buffer: %v", err)
		}
	}
}

// mirror is a server that returns its arguments.
type mirror struct{ Policy }

func (mirror) GetUserName(_ context.Context, _ *string, user *LsaString, domain **LsaString) (uint32, *LsaString, **LsaString, error) {
	return 0, user, domain, nil
}

// nothing is a server that does nothing, so that it needs no connection.
type nothing struct{ mirror }

func (nothing) Close(_ context.Context, h ndr.ContextHandle) (uint32, ndr.ContextHandle, error) {
	return 0, h, nil
}

func (nothing) OpenPolicy2(context.Context, *string, LsaObjectAttributes, uint32) (uint32, ndr.ContextHandle, error) {
	return 0, ndr.ContextHandle{}, nil
}

func FuzzServe(f *testing.F) {
	for _, seed := range []struct {
		opnum   uint16
		dataRep uint32
		ndr64   bool
		stub    string
	}{
		{opClose, 0x10, false, "00000000443322116655887799aabbccddeeff00"},
		{opOpenPolicy2, 0x10, false, "000002000400000000000000040000005c005c00580000001800000000000000000000004000000000000000040002000c0000000200010000000002"},
		{opOpenPolicy2, 0, false, "00020000000000040000000000000004005c005c005800000000001800000000000000000000004000000000000200040000000c0002010002000000"},
		{opGetUserName, 0x10, false, "00000000000002000200040004000200020000000000000001000000780000000000000000000000"},
		{opGetUserName, 0x10, true, "000000000000000000000000000000000000000000000000"},
	} {
		stub, err := hex.DecodeString(seed.stub)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(seed.opnum, seed.dataRep, seed.ndr64, stub)
	}
	h := ServeLsarpc(nothing{}).Handler
	f.Fuzz(func(t *testing.T, opnum uint16, dataRep uint32, ndr64 bool, stub []byte) {
		h.ServeRPC(&dcerpc.ServerCall{Opnum: opnum, DataRep: dataRep, NDR64: ndr64, Stub: stub})
	})
}
