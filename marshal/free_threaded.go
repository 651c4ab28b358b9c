package marshal

import (
	"context"
	"encoding/binary"

	"oxid/com"
	"oxid/step"
)

// freePacketSize is the size in bytes of an in-process packet of the
// free-threaded marshaler: flags, pointer, and a secret of the process
// (CF-122, CF-123).
const freePacketSize = 28

// freeMarshaler is the free-threaded marshaler: inside the process it hands
// out the object itself, in every apartment, and to other processes it is the
// standard marshaler (CF-120 to CF-136). Objects aggregate it.
type freeMarshaler struct {
	com.Aggregatable
	rt *Runtime
}

// CoCreateFreeThreadedMarshaler creates a free-threaded marshaler whose
// controlling unknown is outer; nil makes it an object of its own. An object
// that aggregates it answers IMarshal with it, and is called directly from
// every apartment, so it must be safe for concurrent use:
//
//	o.ftm, err = apt.CoCreateFreeThreadedMarshaler(ctx, o)
//
//	func (o *object) COMInterfaces() []com.Entry {
//		return append([]com.Entry{com.EntryOf[calc.ICalc](o)}, o.ftm.Entries(ctx, com.MarshalDesc)...)
//	}
//
// Such an object must not keep proxies: they belong to one apartment, and used
// from another they fail with RPC_E_WRONG_THREAD (CF-135).
func (a *Apartment) CoCreateFreeThreadedMarshaler(ctx context.Context, outer any) (*com.Inner, error) {
	if err := a.usable(); err != nil {
		return nil, err
	}
	f := &freeMarshaler{rt: a.rt}
	if outer == nil {
		return com.NewInner(f, aloneFree{f}), nil
	}
	return com.Aggregate(a.inside(ctx), outer, func(_ context.Context, outer any) (any, error) {
		f.SetOuter(outer)
		return f, nil
	})
}

// aloneFree answers the interfaces of a free-threaded marshaler without an outer.
type aloneFree struct{ f *freeMarshaler }

func (x aloneFree) QueryInterface(ctx context.Context, iid *com.IID) (any, error) {
	return x.f.rt.types.Query(ctx, x.f, iid)
}

// object returns what is marshaled: the interface that was passed, or the
// controlling unknown (CF-103).
func (f *freeMarshaler) object(obj any) any {
	if obj != nil {
		return obj
	}
	if outer := f.COMIdentity(); outer != nil {
		return outer
	}
	return f
}

// std returns the standard marshaler, which carries the object to other processes.
func (f *freeMarshaler) std(ctx context.Context, obj any) (*stdMarshaler, error) {
	a, err := f.rt.apartment(ctx)
	if err != nil {
		return nil, err
	}
	return &stdMarshaler{apt: a, obj: f.object(obj)}, nil
}

// GetUnmarshalClass implements [com.IMarshal] (CF-120, CF-121).
func (f *freeMarshaler) GetUnmarshalClass(_ context.Context, _ *com.IID, _ any, dest com.MSHCTX, flags com.MSHLFLAGS) (com.CLSID, error) {
	if inProcess(dest) {
		return com.CLSID_InProcFreeMarshaler, nil
	}
	return com.CLSID_StdMarshal, nil
}

// GetMarshalSizeMax implements [com.IMarshal].
func (f *freeMarshaler) GetMarshalSizeMax(ctx context.Context, iid *com.IID, obj any, dest com.MSHCTX, flags com.MSHLFLAGS) (uint32, error) {
	if inProcess(dest) {
		return freePacketSize, nil
	}
	s, err := f.std(ctx, obj)
	if err != nil {
		return 0, err
	}
	return s.GetMarshalSizeMax(ctx, iid, nil, dest, flags)
}

// MarshalInterface implements [com.IMarshal]. The pointer in the packet is a
// key of the runtime's table and no address.
func (f *freeMarshaler) MarshalInterface(ctx context.Context, stm com.IStream, iid *com.IID, obj any, dest com.MSHCTX, flags com.MSHLFLAGS) error {
	kind, err := kindOf(flags)
	if err != nil {
		return err
	}
	if stm == nil || iid == nil {
		return com.E_INVALIDARG
	}
	if !inProcess(dest) {
		s, err := f.std(ctx, obj)
		if err != nil {
			return err
		}
		return s.MarshalInterface(ctx, stm, iid, nil, dest, flags)
	}
	obj = f.object(obj)
	if _, proxy := obj.(com.Proxied); proxy {
		return com.E_INVALIDARG // a proxy is no free-threaded object
	}
	if _, err := f.rt.types.Query(ctx, obj, iid); err != nil {
		return err
	}
	identity, err := com.IdentityOf(obj)
	if err != nil {
		return err
	}
	t := &f.rt.free
	key, secret := t.hold(identity, kind)
	var b [freePacketSize]byte
	binary.LittleEndian.PutUint32(b[:], uint32(flags))
	binary.LittleEndian.PutUint64(b[4:], key)
	secret.AppendBytes(b[:12])
	if err := com.WriteFull(ctx, stm, b[:]); err != nil { // CF-134
		t.release(key, kind)
		return err
	}
	return nil
}

// read reads a packet and checks that this runtime made it.
func (f *freeMarshaler) read(ctx context.Context, stm com.IStream) (key uint64, kind stubKind, err error) {
	if stm == nil {
		return 0, 0, com.E_INVALIDARG
	}
	var b [freePacketSize]byte
	if err := com.ReadFull(ctx, stm, b[:]); err != nil {
		return 0, 0, err
	}
	kind, err = kindOf(com.MSHLFLAGS(binary.LittleEndian.Uint32(b[:])))
	key = binary.LittleEndian.Uint64(b[4:])
	if err != nil || !f.rt.free.made(com.GUIDFromBytes(b[12:])) {
		return 0, 0, &com.Error{HRESULT: com.RPC_E_INVALID_OBJREF, Step: step.Interface, Interface: "IMarshal",
			Hint: "the packet is of the free-threaded marshaler of another process, or damaged"}
	}
	return key, kind, nil
}

// UnmarshalInterface implements [com.IMarshal]. A packet that was released
// before is not noticed as long as its object lives (CF-129).
func (f *freeMarshaler) UnmarshalInterface(ctx context.Context, stm com.IStream, iid *com.IID) (any, error) {
	if iid == nil {
		return nil, com.E_INVALIDARG
	}
	key, kind, err := f.read(ctx, stm)
	if err != nil {
		return nil, err
	}
	obj := f.rt.free.find(key)
	if obj == nil {
		return nil, com.CO_E_OBJNOTREG
	}
	if kind == kindNormal {
		f.rt.free.release(key, kind)
	}
	return f.rt.types.Query(ctx, obj, iid)
}

// ReleaseMarshalData implements [com.IMarshal]. A packet that the standard
// marshaler wrote is CoReleaseMarshalData's (CF-132).
func (f *freeMarshaler) ReleaseMarshalData(ctx context.Context, stm com.IStream) error {
	key, kind, err := f.read(ctx, stm)
	if err != nil {
		return err
	}
	f.rt.free.release(key, kind)
	return nil
}

// DisconnectObject implements [com.IMarshal]; there is nothing to sever (CF-128).
func (f *freeMarshaler) DisconnectObject(context.Context, uint32) error { return nil }
