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
// this process's resolver, or of the resolver that a proxy's packet names.
func (s *stdMarshaler) GetMarshalSizeMax(ctx context.Context, iid *com.IID, obj any, dest com.MSHCTX, flags com.MSHLFLAGS) (uint32, error) {
	if obj == nil {
		obj = s.obj
	}
	r := orpc.OBJREF{Flags: orpc.OBJREF_HANDLER}
	if p, ok := obj.(com.Proxied); ok {
		if pm, ok := p.COMProxy().Manager().(*proxyManager); ok {
			addr, err := pm.core.resolverAddr(ctx)
			if err != nil {
				return 0, err
			}
			r.ResAddr = addr
		}
	} else {
		if err := s.apt.ready(ctx); err != nil {
			return 0, err
		}
		s.apt.mu.Lock()
		r.ResAddr = s.apt.resAddr
		s.apt.mu.Unlock()
	}
	return uint32(max(r.Size(), objrefOverhead)), nil
}

// MarshalInterface implements [com.IMarshal].
func (s *stdMarshaler) MarshalInterface(ctx context.Context, stm com.IStream, iid *com.IID, obj any, dest com.MSHCTX, flags com.MSHLFLAGS) error {
	if obj == nil {
		obj = s.obj
	}
	if obj == nil || stm == nil || iid == nil {
		return com.E_INVALIDARG
	}
	if err := s.apt.enterable(ctx); err != nil {
		return err
	}
	d, err := s.apt.descFor(ctx, obj, iid)
	if err != nil {
		return err
	}
	r, err := s.apt.stdMarshal(ctx, obj, d, dest, flags)
	if err != nil {
		return err
	}
	start, seekErr := stm.Seek(ctx, 0, com.STREAM_SEEK_CUR)
	if err := com.WriteFull(ctx, stm, r.Append(nil)); err != nil {
		s.apt.stdRelease(ctx, &r)
		if seekErr == nil {
			stm.Seek(ctx, int64(start), com.STREAM_SEEK_SET)
		}
		return err
	}
	return nil
}

// UnmarshalInterface implements [com.IMarshal].
func (s *stdMarshaler) UnmarshalInterface(ctx context.Context, stm com.IStream, iid *com.IID) (any, error) {
	if stm == nil || iid == nil {
		return nil, com.E_INVALIDARG
	}
	if err := s.apt.usable(); err != nil {
		return nil, err
	}
	r, err := s.read(ctx, stm)
	if err != nil {
		return nil, err
	}
	return s.apt.stdUnmarshal(ctx, &r, wanted(iid))
}

// ReleaseMarshalData implements [com.IMarshal].
func (s *stdMarshaler) ReleaseMarshalData(ctx context.Context, stm com.IStream) error {
	if stm == nil {
		return com.E_INVALIDARG
	}
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
	if _, proxy := s.obj.(com.Proxied); proxy || s.obj == nil {
		return nil
	}
	return s.apt.stdDisconnect(ctx, s.obj)
}
