package com

import "context"

// Stub is embedded in every generated interface stub: it counts the one
// reference that a connected stub holds on its server. Connect and Disconnect
// must not run while Invoke does; the stub manager sees to that.
type Stub struct{ connected bool }

// Disconnect implements [IRpcStubBuffer]. The generated stub keeps the typed
// pointer until it is connected anew; the stub manager drops the stub itself.
func (s *Stub) Disconnect() { s.connected = false }

// CountRefs implements [IRpcStubBuffer].
func (s *Stub) CountRefs() uint32 {
	if s.connected {
		return 1
	}
	return 0
}

// Supports is the body of IsIIDSupported of a generated stub: it serves its own
// interface and those that it is derived from, when it is connected.
func (s *Stub) Supports(self IRpcStubBuffer, d *Desc, iid *IID) IRpcStubBuffer {
	if s.connected && *iid != IID_IUnknown && d.DerivesFrom(iid) {
		return self
	}
	return nil
}

// ConnectStub is the body of Connect of a generated stub: it takes the
// interface T, described by d, of server and stores it in *obj. The old server
// is let go in any case (CF-184, CF-185).
func ConnectStub[T any](ctx context.Context, s *Stub, obj *T, server any, d *Desc) error {
	var none T
	*obj, s.connected = none, false
	if server == nil {
		return E_POINTER
	}
	itf, ok := server.(T)
	if !ok {
		v, err := QueryDesc(ctx, server, d)
		if err != nil {
			return err
		}
		if itf, ok = v.(T); !ok {
			return E_NOINTERFACE
		}
	}
	*obj, s.connected = itf, true
	return nil
}

// SetLocal is the body of [Desc].SetLocal in generated code: it stores v in
// *local when v has the interface T.
func SetLocal[T any](local *T, v any) bool {
	t, ok := v.(T)
	if ok {
		*local = t
	}
	return ok
}

// ReleaseAll gives back every object of a reply that turned out to be bad; see
// [Release]. For proxies.
func ReleaseAll(objs []any) {
	for _, o := range objs {
		Release(o)
	}
}

// ReleaseArgs gives back the arguments of a call that has returned; see
// [ReleaseArg]. For stubs.
func ReleaseArgs(objs []any) {
	for _, o := range objs {
		ReleaseArg(o)
	}
}
