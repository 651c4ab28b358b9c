package roundtrip_test

import (
	"context"
	"errors"
	"testing"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/idl/gen/testdata/golden/nocode"
	"oxid/idl/gen/wiretest"
)

// holes implements what the [nocode] methods leave.
type holes struct{}

func (holes) Twice(_ context.Context, n int32) (int32, error)  { return 2 * n, nil }
func (holes) Thrice(_ context.Context, n int32) (int32, error) { return 3 * n, nil }
func (holes) Last(_ context.Context, n int32) (int32, error)   { return n, nil }
func (holes) First(_ context.Context, n int32) (int32, error)  { return n, nil }
func (holes) Third(_ context.Context, n int32) (int32, error)  { return 3 * n, nil }

// The methods around a [nocode] one keep their numbers; its own is answered like
// one that there is not.
func TestNoCodeKeepsNumbers(t *testing.T) {
	for _, x := range []struct {
		serve *dcerpc.Interface
		ops   map[uint16]byte // and what they make of 1
		n     uint16
	}{
		{nocode.ServePlain(holes{}), map[uint16]byte{1: 2, 3: 3}, 5},
		{nocode.ServeDerived(holes{}), map[uint16]byte{1: 2, 3: 3, 6: 1}, 7},
		{nocode.ServeMostly(holes{}), map[uint16]byte{1: 2}, 3},
	} {
		pc, err := serveRPC(t, x.serve, false).Context(t.Context(), x.serve.Syntax)
		if err != nil {
			t.Fatal(err)
		}
		for op := range x.n + 2 {
			c := pc.NewCall(op, nil, 4)
			c.Stub = append(c.Stub, 1, 0, 0, 0)
			err := c.Invoke(t.Context())
			var fault *dcerpc.Fault
			if want, ok := x.ops[op]; ok {
				if err != nil || len(c.Reply) != 4 || c.Reply[0] != want {
					t.Errorf("%s, operation %d: % x, %v", x.serve.Name, op, c.Reply, err)
				}
			} else if !errors.As(err, &fault) || fault.Status != 0x1C010002 {
				t.Errorf("%s, operation %d: %v; want nca_s_op_rng_error", x.serve.Name, op, err)
			}
			c.Free()
		}
	}
}

func TestNoCodeOfObjectInterfaces(t *testing.T) {
	w := new(wiretest.Wire)
	var ops []uint32
	w.Request = func(op uint32, b []byte) []byte { ops = append(ops, op); return b }
	p := connect[nocode.IHoles](t, w, holes{})
	for _, call := range []func(context.Context, int32) (int32, error){p.First, p.Third} {
		if _, err := call(t.Context(), 1); err != nil {
			t.Error(err)
		}
	}
	if len(ops) != 2 || ops[0] != 3 || ops[1] != 5 {
		t.Errorf("operations %v; want 3 and 5", ops)
	}
	stub := nocode.IHolesDesc.NewStub()
	if err := stub.Connect(t.Context(), holes{}); err != nil {
		t.Fatal(err)
	}
	if err := stub.Invoke(t.Context(), &com.RPCOLEMESSAGE{Op: 4}, nil); !errors.Is(err, com.RPC_E_INVALIDMETHOD) {
		t.Errorf("the slot in between: %v", err)
	}
}
