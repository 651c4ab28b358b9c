package marshal

import (
	"context"
	"reflect"
	"runtime/debug"

	"oxid/com"
	"oxid/orpc"
	"oxid/step"
)

// marshaler asks obj how it wants to be marshaled, in the order that objects
// see on Windows (CF-089, CF-118): INoMarshal, then IMarshal. nil without an
// error means the standard marshaler. Proxies are never asked: their packets
// name the original object.
func (a *Apartment) marshaler(ctx context.Context, obj any, flags com.MSHLFLAGS) (com.IMarshal, error) {
	if err := a.check(ctx); err != nil {
		return nil, err
	}
	if _, err := kindOf(flags); err != nil {
		return nil, err
	}
	if _, proxy := obj.(com.Proxied); proxy {
		return nil, nil
	}
	if a.rt.types.Has(ctx, obj, &com.IID_INoMarshal) {
		return nil, &com.Error{HRESULT: com.CO_E_NOT_SUPPORTED, Step: step.Interface, Method: "CoMarshalInterface",
			Hint: "the object is marked INoMarshal"}
	}
	return a.ownMarshal(ctx, obj), nil
}

// ownMarshal returns the IMarshal that a local object brings, or nil.
func (a *Apartment) ownMarshal(ctx context.Context, obj any) com.IMarshal {
	if _, proxy := obj.(com.Proxied); proxy {
		return nil
	}
	v, err := a.rt.types.Query(ctx, obj, &com.IID_IMarshal)
	if err != nil {
		return nil
	}
	im, _ := v.(com.IMarshal)
	return im
}

// customMarshal lets an object with its own IMarshal write its packet to stm.
// An object that reports CLSID_StdMarshal writes a whole OBJREF; for any other
// class the header is ours (CF-090, CF-091, CF-097, CF-098). After an error the
// stream is positioned where it was.
func (a *Apartment) customMarshal(ctx context.Context, stm com.IStream, im com.IMarshal, iid *com.IID, obj any, dest com.MSHCTX, flags com.MSHLFLAGS) error {
	ctx = a.inside(ctx) // objects marshal what is inside them in this apartment
	start, seekErr := stm.Seek(ctx, 0, com.STREAM_SEEK_CUR)
	err := a.rt.guard(ctx, "IMarshal", func() error {
		clsid, err := im.GetUnmarshalClass(ctx, iid, obj, dest, flags)
		if err != nil {
			return err
		}
		if clsid != com.CLSID_StdMarshal {
			size, err := im.GetMarshalSizeMax(ctx, iid, obj, dest, flags)
			if err != nil {
				return err
			}
			// The size goes into the header as it was said: what is written may
			// be less, and the header is gone by then.
			r := orpc.OBJREF{Flags: orpc.OBJREF_CUSTOM, IID: *iid, CLSID: clsid, Reserved: size}
			if err := com.WriteFull(ctx, stm, r.Append(nil)); err != nil {
				return err
			}
		}
		return im.MarshalInterface(ctx, stm, iid, obj, dest, flags)
	})
	if err != nil && seekErr == nil {
		stm.Seek(ctx, int64(start), com.STREAM_SEEK_SET)
	}
	return err
}

// origin tells where a packet came from.
type origin uint8

const (
	fromProcess origin = iota // from this process: its own streams, its own apartments
	fromPeer                  // out of a message of another process
)

// customUnmarshal creates the unmarshal class that a packet names and lets it
// read the rest of it from stm. When there is no such class the stream is left
// behind the packet as far as the packet tells its size. want is the interface
// that is wanted, of exactly that Go type; nil stands for iid, of any Go type.
func (a *Apartment) customUnmarshal(ctx context.Context, r *orpc.OBJREF, stm com.IStream, iid *com.IID, want *com.Desc, from origin) (any, error) {
	if *iid == (com.IID{}) {
		iid = &r.IID // CF-025
	}
	im, err := a.unmarshaler(ctx, r.CLSID, from)
	if err != nil {
		skipCustom(ctx, stm, r)
		return nil, err
	}
	if ctx, err = nested(a.inside(ctx), from); err != nil {
		return nil, err
	}
	var v any
	err = a.rt.guard(ctx, "UnmarshalInterface", func() (err error) {
		v, err = im.UnmarshalInterface(ctx, stm, iid)
		return err
	})
	if err != nil {
		return nil, err
	}
	return a.answer(ctx, v, iid, want)
}

// answer checks what an unmarshal class returned for iid. It may be any
// object (CF-106), but it must be the interface that was asked for.
func (a *Apartment) answer(ctx context.Context, v any, iid *com.IID, want *com.Desc) (any, error) {
	if v == nil {
		return nil, &com.Error{HRESULT: com.E_UNEXPECTED, Step: step.Interface, Interface: iid.String(), Method: "UnmarshalInterface",
			Hint: "the unmarshal class returned nil and no error"}
	}
	descs := com.DescsByIID(iid)
	if want != nil && want.Type() != nil { // a parameter has one Go type
		descs = []*com.Desc{want}
	}
	for _, d := range descs {
		if reflect.TypeOf(v).Implements(d.Type()) {
			return v, nil
		}
	}
	if len(descs) == 0 {
		return v, nil // an interface that only the class and its user know
	}
	// Another interface of the right object will do. A proxy that was returned is
	// ours now: the caller gets the hand-out of the query.
	defer com.Release(v)
	return a.rt.types.QueryDesc(ctx, v, descs[0])
}

// customRelease gives back what a custom packet holds: the unmarshal class
// reads the packet once more and lets go.
func (a *Apartment) customRelease(ctx context.Context, r *orpc.OBJREF, stm com.IStream, from origin) error {
	im, err := a.unmarshaler(ctx, r.CLSID, from)
	if err != nil {
		skipCustom(ctx, stm, r)
		return err
	}
	if ctx, err = nested(a.inside(ctx), from); err != nil {
		return err
	}
	return a.rt.guard(ctx, "ReleaseMarshalData", func() error { return im.ReleaseMarshalData(ctx, stm) })
}

// skipCustom moves behind the object data of a packet that nobody here can
// read. Only the writer knew their size: its GetMarshalSizeMax is in the
// header, and where that was an upper bound this goes too far, though never
// behind the end of the stream.
func skipCustom(ctx context.Context, stm com.IStream, r *orpc.OBJREF) {
	at, err := stm.Seek(ctx, 0, com.STREAM_SEEK_CUR)
	if err != nil {
		return
	}
	end, err := stm.Seek(ctx, 0, com.STREAM_SEEK_END)
	if err != nil {
		return
	}
	stm.Seek(ctx, int64(min(at+uint64(r.Reserved), max(at, end))), com.STREAM_SEEK_SET)
}

// inside returns ctx as a context of apartment a, of the same call chain:
// application code that is called by COM finds its apartment there.
func (a *Apartment) inside(ctx context.Context) context.Context {
	s := stateOf(ctx)
	if s == nil {
		return a.context(ctx)
	}
	if s.apt == a {
		return ctx
	}
	c := &apartmentContext{Context: ctx}
	c.state.apt, c.state.cid = a, s.cid
	return c
}

// guard runs application code whose panic must fail this operation alone.
func (rt *Runtime) guard(ctx context.Context, what string, f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			rt.log.ErrorContext(ctx, "panic in application code", "in", what, "panic", p, "stack", string(debug.Stack()))
			err = com.RPC_E_SERVERFAULT
		}
	}()
	return f()
}
