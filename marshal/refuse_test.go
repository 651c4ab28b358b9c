package marshal_test

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/orpc"
	"oxid/samples/calc"
)

// syncBuffer is a log that several goroutines write.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) lines() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Count(s.b.String(), "\n")
}

// stranger is a client without any of marshal's care: it sends what it likes.
type stranger struct {
	t    *testing.T
	conn *dcerpc.ClientConn
	log  *syncBuffer
	std  orpc.STDOBJREF // an object of the server, as ICalc
}

func newStranger(t *testing.T) *stranger {
	leaves(t)
	s := &stranger{t: t, log: new(syncBuffer)}
	m := newMachineWith(t, slog.New(slog.NewTextHandler(s.log, nil)))
	stm := com.NewMemoryStream(nil)
	if err := m.mta.CoMarshalInterface(t.Context(), stm, &calc.IID_ICalc, &quiet{}, com.MSHCTX_DIFFERENTMACHINE, com.MSHLFLAGS_NORMAL); err != nil {
		t.Fatal(err)
	}
	r, _, err := orpc.ParseOBJREF(stm.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	s.std = r.Std
	info := m.mta.Exporter().Info()
	_, port := info.Bindings.StringBindings[0].Split()
	if s.conn, err = dcerpc.Dial(t.Context(), "tcp", "127.0.0.1:"+port, nil); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.conn.Close() })
	return s
}

// call sends a request and returns the reply's parameters.
func (s *stranger) call(iid com.IID, ipid *com.IPID, op uint16, stub []byte) ([]byte, error) {
	s.t.Helper()
	pres, err := s.conn.Context(s.t.Context(), dcerpc.SyntaxID{UUID: iid})
	if err != nil {
		return nil, err
	}
	c := pres.NewCall(op, ipid, len(stub))
	defer c.Free()
	c.Stub = append(c.Stub, stub...)
	if err := c.Invoke(s.t.Context()); err != nil {
		return nil, err
	}
	return bytes.Clone(c.Reply), nil
}

// this is an ORPCTHIS with the parameters behind it.
func this(v orpc.COMVERSION, flags uint32, params ...byte) []byte {
	h := orpc.ORPCTHIS{Version: v, Flags: flags, CID: com.NewGUID()}
	return append(h.Append(nil), params...)
}

var addParams = []byte{2, 0, 0, 0, 40, 0, 0, 0}

func TestCF_232_294_295_446_StrangerIsRefused(t *testing.T) {
	s := newStranger(t)
	good := this(orpc.Version57, 0, addParams...)
	other := com.NewGUID()
	guess := s.std.IPID
	guess.Data4[7] ^= 1
	beyond := com.IPID{Data1: 0xffffffff}
	cases := []struct {
		name   string
		iid    com.IID
		ipid   *com.IPID
		op     uint16
		stub   []byte
		want   com.HRESULT
		logged bool
	}{
		{"an IPID that never was", calc.IID_ICalc, &other, 3, good, com.RPC_E_DISCONNECTED, true},
		{"an IPID with one bit guessed wrong", calc.IID_ICalc, &guess, 3, good, com.RPC_E_DISCONNECTED, true},
		{"an IPID beyond the table", calc.IID_ICalc, &beyond, 3, good, com.RPC_E_DISCONNECTED, true},
		{"an IPID of another interface", calc.IID_IScientific, &s.std.IPID, 3, good, com.RPC_E_DISCONNECTED, true},
		{"an IPID as if it were the Remote Unknown", com.IID_IRemUnknown, &s.std.IPID, 5, good, com.RPC_E_DISCONNECTED, true},
		{"an opnum beyond the vtable", calc.IID_ICalc, &s.std.IPID, 9, good, com.RPC_S_PROCNUM_OUT_OF_RANGE, false},
		{"IUnknown's opnums", calc.IID_ICalc, &s.std.IPID, 0, good, com.RPC_S_PROCNUM_OUT_OF_RANGE, false},
		{"CF-294 a newer minor version", calc.IID_ICalc, &s.std.IPID, 3, this(orpc.COMVERSION{Major: 5, Minor: 8}, 0, addParams...), com.RPC_E_VERSION_MISMATCH, false},
		{"CF-294 another major version", calc.IID_ICalc, &s.std.IPID, 3, this(orpc.COMVERSION{Major: 4, Minor: 7}, 0, addParams...), com.RPC_E_VERSION_MISMATCH, false},
		{"CF-295 unknown flags", calc.IID_ICalc, &s.std.IPID, 3, this(orpc.Version57, 0x80, addParams...), com.RPC_E_INVALID_HEADER, false},
		{"CF-295 a header cut short", calc.IID_ICalc, &s.std.IPID, 3, good[:20], com.RPC_E_INVALID_HEADER, false},
		{"CF-446 parameters cut short", calc.IID_ICalc, &s.std.IPID, 3, good[:36], com.RPC_X_BAD_STUB_DATA, false},
		{"an array that claims what is not there", calc.IID_ICalc, &s.std.IPID, 4,
			this(orpc.Version57, 0, 0, 0, 0, 0x10, 0, 0, 0, 0x10, 0, 0, 0, 0), com.RPC_X_BAD_STUB_DATA, false},
		{"an object reference that is none", calc.IID_ICalc, &s.std.IPID, 6,
			this(orpc.Version57, 0, 0, 0, 2, 0, 4, 0, 0, 0, 4, 0, 0, 0, 'W', 'O', 'E', 'M'), com.RPC_E_INVALID_OBJREF, false},
	}
	for _, c := range cases {
		before := s.log.lines()
		_, err := s.call(c.iid, c.ipid, c.op, c.stub)
		if com.HRESULTOf(err) != c.want {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
		want := 0
		if c.logged {
			want = 1
		}
		if got := s.log.lines() - before; got != want {
			t.Errorf("%s: %d lines in the log, want %d", c.name, got, want)
		}
		reply, err := s.call(calc.IID_ICalc, &s.std.IPID, 3, good)
		if err != nil || !bytes.Equal(reply, []byte{0, 0, 0, 0, 0, 0, 0, 0, 42, 0, 0, 0, 0, 0, 0, 0}) {
			t.Fatalf("after %s the connection's next call: % x, %v", c.name, reply, err)
		}
	}
}

func TestCF_448_BytesBehindTheParameters(t *testing.T) {
	s := newStranger(t)
	stub := append(this(orpc.Version57, 0, addParams...), "meaningless octets"...)
	if _, err := s.call(calc.IID_ICalc, &s.std.IPID, 3, stub); err != nil {
		t.Error(err)
	}
}

func TestUnknownInterfaceIsNotBound(t *testing.T) {
	s := newStranger(t)
	if _, err := s.call(com.NewGUID(), &s.std.IPID, 3, nil); err == nil {
		t.Error("an interface that nobody knows was bound")
	}
	if _, err := s.conn.Context(t.Context(), dcerpc.SyntaxID{UUID: calc.IID_ICalc, Major: 1}); err == nil {
		t.Error("ICalc was bound in version 1.0")
	}
	if _, err := s.call(calc.IID_ICalc, &s.std.IPID, 3, this(orpc.Version57, 0, addParams...)); err != nil {
		t.Errorf("the connection afterwards: %v", err)
	}
}

func TestLogIsBounded(t *testing.T) {
	s := newStranger(t)
	ipid := com.NewGUID()
	for range 500 {
		s.call(calc.IID_ICalc, &ipid, 3, this(orpc.Version57, 0, addParams...))
	}
	if n := s.log.lines(); n == 0 || n > 100 {
		t.Errorf("500 refused calls made %d lines in the log", n)
	}
}
