package marshal

import (
	"context"

	"oxid/com"
)

// marshalProxy is the IMarshal of a proxy manager: the standard marshaler,
// whose packets name the original object (CF-138, CF-041).
type marshalProxy struct{ com.Proxy }

// std returns the standard marshaler of the proxy, or the error of a proxy
// that has been released.
func (m *marshalProxy) std(ctx context.Context) (*stdMarshaler, error) {
	pm, ok := m.Manager().(*proxyManager)
	if !ok || m.Users() == 0 {
		return nil, com.CO_E_RELEASED
	}
	if err := pm.core.apt.check(ctx); err != nil {
		return nil, err
	}
	return &stdMarshaler{apt: pm.core.apt, obj: m}, nil
}

// GetUnmarshalClass implements [com.IMarshal].
func (m *marshalProxy) GetUnmarshalClass(context.Context, *com.IID, any, com.MSHCTX, com.MSHLFLAGS) (com.CLSID, error) {
	return com.CLSID_StdMarshal, nil
}

// GetMarshalSizeMax implements [com.IMarshal].
func (m *marshalProxy) GetMarshalSizeMax(ctx context.Context, iid *com.IID, _ any, dest com.MSHCTX, flags com.MSHLFLAGS) (uint32, error) {
	s, err := m.std(ctx)
	if err != nil {
		return 0, err
	}
	return s.GetMarshalSizeMax(ctx, iid, nil, dest, flags)
}

// MarshalInterface implements [com.IMarshal]. Whatever interface of the object
// is passed, the packet names the object.
func (m *marshalProxy) MarshalInterface(ctx context.Context, stm com.IStream, iid *com.IID, _ any, dest com.MSHCTX, flags com.MSHLFLAGS) error {
	s, err := m.std(ctx)
	if err != nil {
		return err
	}
	return s.MarshalInterface(ctx, stm, iid, nil, dest, flags)
}

// UnmarshalInterface implements [com.IMarshal].
func (m *marshalProxy) UnmarshalInterface(ctx context.Context, stm com.IStream, iid *com.IID) (any, error) {
	s, err := m.std(ctx)
	if err != nil {
		return nil, err
	}
	return s.UnmarshalInterface(ctx, stm, iid)
}

// ReleaseMarshalData implements [com.IMarshal].
func (m *marshalProxy) ReleaseMarshalData(ctx context.Context, stm com.IStream) error {
	s, err := m.std(ctx)
	if err != nil {
		return err
	}
	return s.ReleaseMarshalData(ctx, stm)
}

// DisconnectObject implements [com.IMarshal]; a client cannot sever what is
// the server's (CF-087).
func (m *marshalProxy) DisconnectObject(context.Context, uint32) error { return nil }
