package dummy

import (
	"context"

	"oxid/com"
)

// Identifiers of dummy.idl.
var (
	IID_IDummy     = com.MustGUID("4e14fb9f-2e22-11d1-9964-00c04fbbb345")
	LIBID_DummyLib = com.MustGUID("4a6b6b4c-0d60-4b5c-9b5a-6c0d0d5c2f0e")
	CLSID_Dummy    = com.MustGUID("4e14fba2-2e22-11d1-9964-00c04fbbb345")
)

// IDummy: Has no methods.
type IDummy interface{}

// IDummyDesc is the descriptor of [IDummy], registered for proxies, stubs and
// queries.
var IDummyDesc = com.Register[IDummy](com.Desc{
	IID: IID_IDummy, Name: "IDummy",
	NewProxy: func() (any, *com.Proxy) { p := new(iDummyProxy); return p, &p.Proxy },
	NewStub:  func() com.IRpcStubBuffer { return new(iDummyStub) },
	SetLocal: func(itf, v any) bool { return com.SetLocal(&itf.(*iDummyProxy).local, v) },
})

// ExposeIDummy gives a class the interface IDummy.
func ExposeIDummy(s *com.ClassSpec) { com.Expose[IDummy](s) }

type iDummyProxy struct {
	com.Proxy
	local IDummy
}

type iDummyStub struct {
	com.Stub
	obj IDummy
}

func (s *iDummyStub) Connect(ctx context.Context, server any) error {
	return com.ConnectStub(ctx, &s.Stub, &s.obj, server, IDummyDesc)
}

func (s *iDummyStub) IsIIDSupported(iid *com.IID) com.IRpcStubBuffer {
	return s.Stub.Supports(s, IDummyDesc, iid)
}

func (s *iDummyStub) Invoke(context.Context, *com.RPCOLEMESSAGE, com.IRpcChannelBuffer) error {
	return com.RPC_E_INVALIDMETHOD
}

// Dummy is the class. It is not empty: the identity of an object is a pointer
// to a type of some size.
type Dummy struct{ _ byte }
