package dummy

import (
	"context"
	"errors"
	"testing"

	"oxid/com"
)

// The interface has no methods, so that it belongs to those objects alone that
// were exposed with it, and its stub refuses every call.
func TestDummy(t *testing.T) {
	types := new(com.Types)
	ctx := context.WithValue(t.Context(), com.TypesKey, types)
	f := com.NewClassFactory(types, func(context.Context) (any, error) { return new(Dummy), nil }, ExposeIDummy)
	obj, err := f.CreateInstance(ctx, nil, &IID_IDummy)
	if err != nil {
		t.Fatal(err)
	}
	stub := IDummyDesc.NewStub()
	if err := stub.Connect(ctx, obj); err != nil {
		t.Fatal(err)
	}
	if err := stub.Invoke(ctx, &com.RPCOLEMESSAGE{Op: 3}, nil); !errors.Is(err, com.RPC_E_INVALIDMETHOD) {
		t.Errorf("a method: %v", err)
	}
	if _, err := com.QueryDesc(ctx, new(struct{ x int }), IDummyDesc); !errors.Is(err, com.E_NOINTERFACE) {
		t.Errorf("another object: %v", err)
	}
}
