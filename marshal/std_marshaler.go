package marshal

import (
	"context"

	"oxid/com"
	"oxid/orpc"
	"oxid/step"
)

// stdMarshaler is COM's own implementation of IMarshal as an object
// (CoGetStandardMarshal; CF-107 to CF-113). It reads and writes whole OBJREFs.
type stdMarshaler struct {
	apt *Apartment
	obj any
}

// GetUnmarshalClass implements [com.IMarshal].
func (s *stdMarshaler) GetUnmarshalClass(context.Context, *com.IID, any, com.MSHCTX, com.MSHLFLAGS) (com.CLSID, error) {
	return com.CLSID_StdMarshal, nil
}

// GetMarshalSizeMax implements [com.IMarshal]. The bound holds the bindings of
// this process's resolver.
func (s *stdMarshaler) GetMarshalSizeMax(ctx context.Context, iid *com.IID, obj any, dest com.MSHCTX, flags com.MSHLFLAGS) (uint32, error) {
	s.apt.mu.Lock()
	defer s.apt.mu.Unlock()
	r := orpc.OBJREF{Flags: orpc.OBJREF_HANDLER, ResAddr: s.apt.resAddr}
	return uint32(max(r.Size(), objrefOverhead)), nil
}

// MarshalInterface implements [com.IMarshal].
func (s *stdMarshaler) MarshalInterface(ctx context.Context, stm com.IStream, iid *com.IID, obj any, dest com.MSHCTX, flags com.MSHLFLAGS) error {
	if obj == nil {
		obj = s.obj
	}
	if obj == nil || stm == nil {
		return com.E_INVALIDARG
	}
	d, err := s.apt.descFor(ctx, obj, iid)
	if err != nil {
		return err
	}
	r, err := s.apt.stdMarshal(ctx, obj, d, dest, flags)
	if err != nil {
		return err
	}
	if _, err := stm.Write(ctx, r.Append(nil)); err != nil {
		s.apt.stdRelease(ctx, &r)
		return err
	}
	return nil
}

// UnmarshalInterface implements [com.IMarshal].
func (s *stdMarshaler) UnmarshalInterface(ctx context.Context, stm com.IStream, iid *com.IID) (any, error) {
	r, err := s.read(ctx, stm)
	if err != nil {
		return nil, err
	}
	var want *com.Desc
	if descs := com.DescsByIID(iid); len(descs) > 0 {
		want = descs[0]
	}
	return s.apt.stdUnmarshal(ctx, &r, want)
}

// ReleaseMarshalData implements [com.IMarshal].
func (s *stdMarshaler) ReleaseMarshalData(ctx context.Context, stm com.IStream) error {
	r, err := s.read(ctx, stm)
	if err != nil {
		return err
	}
	return s.apt.stdRelease(ctx, &r)
}

func (s *stdMarshaler) read(ctx context.Context, stm com.IStream) (orpc.OBJREF, error) {
	r, err := orpc.ReadOBJREF(ctx, stm)
	if err == nil && !r.HasStd() {
		err = &com.Error{HRESULT: com.RPC_E_INVALID_OBJREF, Step: step.Interface,
			Hint: "the standard marshaler reads standard packets alone; CoUnmarshalInterface reads all"}
	}
	return r, err
}

// DisconnectObject implements [com.IMarshal].
func (s *stdMarshaler) DisconnectObject(ctx context.Context, reserved uint32) error {
	if s.obj == nil {
		return nil
	}
	return s.apt.stdDisconnect(s.obj)
}
