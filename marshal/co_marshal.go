package marshal

import (
	"context"
	"errors"

	"oxid/com"
	"oxid/orpc"
	"oxid/step"
)

// CoMarshalInterface writes a packet for obj, marshaled as iid, to stm: the
// object's own IMarshal decides when it has one, the standard marshaler
// otherwise (CF-089). After an error the stream is positioned where it was, and
// nothing is held. flags with reserved bits are E_INVALIDARG.
func (a *Apartment) CoMarshalInterface(ctx context.Context, stm com.IStream, iid *com.IID, obj any, dest com.MSHCTX, flags com.MSHLFLAGS) error {
	if stm == nil || obj == nil || iid == nil { // CF-017
		return com.E_INVALIDARG
	}
	if err := a.usable(); err != nil {
		return err
	}
	im, err := a.marshaler(ctx, obj, flags)
	if err != nil {
		return err
	}
	if im != nil {
		return a.customMarshal(ctx, stm, im, iid, obj, dest, flags)
	}
	return (&stdMarshaler{apt: a, obj: obj}).MarshalInterface(ctx, stm, iid, obj, dest, flags)
}

// marshalTo appends the packet of obj as interface d to b.
func (a *Apartment) marshalTo(ctx context.Context, b []byte, d *com.Desc, obj any, dest com.MSHCTX, flags com.MSHLFLAGS) ([]byte, error) {
	im, err := a.marshaler(ctx, obj, flags)
	if err != nil {
		return b, err
	}
	if im != nil {
		mem := com.NewMemoryStream(nil)
		if err := a.customMarshal(ctx, mem, im, &d.IID, obj, dest, flags); err != nil {
			return b, err
		}
		return append(b, mem.Bytes()...), nil
	}
	r, err := a.stdMarshal(ctx, obj, d, dest, flags)
	if err != nil {
		return b, err
	}
	return r.Append(b), nil
}

// CoUnmarshalInterface reads a packet from stm and returns the object it
// stands for, queried for iid. A zero iid means the one in the packet
// (CF-025). The stream is left behind the packet.
func (a *Apartment) CoUnmarshalInterface(ctx context.Context, stm com.IStream, iid *com.IID) (any, error) {
	if stm == nil || iid == nil {
		return nil, com.E_INVALIDARG
	}
	if err := a.usable(); err != nil { // before the stream is read (CF-019)
		return nil, err
	}
	r, err := orpc.ReadOBJREF(ctx, stm)
	if err != nil {
		return nil, err
	}
	if r.Flags == orpc.OBJREF_CUSTOM {
		return a.customUnmarshal(ctx, &r, stm, iid, nil, originOf(ctx))
	}
	return a.stdUnmarshal(ctx, &r, wanted(iid))
}

// wanted returns the descriptor that a packet is unmarshaled as: nil, which
// stands for the one in the packet, for a zero iid (CF-025).
func wanted(iid *com.IID) *com.Desc {
	if *iid == (com.IID{}) {
		return nil
	}
	return com.DescFor(iid, nil)
}

// CoReleaseMarshalData gives back what a packet holds, without unmarshaling
// it. It may be called from any apartment (CF-008). Of a custom packet the
// unmarshal class does it, and an unknown one is an error that leaves the stream
// behind the packet as far as the packet tells its size.
func (a *Apartment) CoReleaseMarshalData(ctx context.Context, stm com.IStream) error {
	if stm == nil {
		return com.E_INVALIDARG
	}
	if err := a.usable(); err != nil {
		return err
	}
	return a.releaseData(ctx, stm)
}

// releaseData is CoReleaseMarshalData, in apartments that have ended too: what
// the process itself holds by packets goes after the apartment.
func (a *Apartment) releaseData(ctx context.Context, stm com.IStream) error {
	r, err := orpc.ReadOBJREF(ctx, stm)
	if err != nil {
		return err
	}
	if r.Flags == orpc.OBJREF_CUSTOM {
		return a.customRelease(ctx, &r, stm, originOf(ctx))
	}
	return a.stdRelease(ctx, &r)
}

// objrefOverhead is the C size of the OBJREF structure (CF-095).
const objrefOverhead = 88

// CoGetMarshalSizeMax returns an upper bound in bytes for the packet that
// CoMarshalInterface would write: the marshaler's figure plus the size of the
// OBJREF structure.
func (a *Apartment) CoGetMarshalSizeMax(ctx context.Context, iid *com.IID, obj any, dest com.MSHCTX, flags com.MSHLFLAGS) (uint32, error) {
	if obj == nil || iid == nil {
		return 0, com.E_POINTER // CF-096
	}
	if err := a.usable(); err != nil {
		return 0, err
	}
	if _, err := kindOf(flags); err != nil {
		return 0, err
	}
	im := a.ownMarshal(ctx, obj)
	if im == nil {
		std := &stdMarshaler{apt: a, obj: obj}
		return std.GetMarshalSizeMax(ctx, iid, obj, dest, flags) // counts the OBJREF itself (CF-107)
	}
	n, err := im.GetMarshalSizeMax(a.inside(ctx), iid, obj, dest, flags)
	return n + objrefOverhead, err
}

// CoGetStandardMarshal returns the standard marshaler as an object, for an
// object's own IMarshal to delegate to. It does not ask the object for IMarshal
// (CF-110). A nil obj gives one that can only unmarshal and release (CF-111).
func (a *Apartment) CoGetStandardMarshal(ctx context.Context, iid *com.IID, obj any, dest com.MSHCTX, flags com.MSHLFLAGS) (com.IMarshal, error) {
	if err := a.usable(); err != nil { // CF-112
		return nil, err
	}
	if _, err := kindOf(flags); err != nil {
		return nil, err
	}
	return &stdMarshaler{apt: a, obj: obj}, nil
}

// CoDisconnectObject severs every external connection of obj: its IPIDs die,
// clients are told RPC_E_DISCONNECTED. Calls that are running complete
// (CF-083). IExternalConnection is not told (CF-074). An object with an
// IMarshal of its own does it itself (CF-085); a proxy is left alone.
func (a *Apartment) CoDisconnectObject(ctx context.Context, obj any, reserved uint32) error {
	if obj == nil {
		return com.E_INVALIDARG
	}
	if _, proxy := obj.(com.Proxied); proxy {
		return nil // only the process that owns an object can sever it (CF-087)
	}
	if im := a.ownMarshal(ctx, obj); im != nil { // CF-085
		ctx = a.inside(ctx)
		return a.rt.guard(ctx, "DisconnectObject", func() error { return im.DisconnectObject(ctx, reserved) })
	}
	return a.stdDisconnect(ctx, obj)
}

func (a *Apartment) stdDisconnect(ctx context.Context, obj any) error {
	if err := a.usable(); err != nil {
		return err
	}
	identity, err := com.IdentityOf(obj)
	if err != nil {
		return err
	}
	a.mu.Lock()
	m := a.objects.Get(identity)
	if m == nil {
		a.mu.Unlock()
		return nil
	}
	m.strong, m.held, m.weak = 0, 0, 0
	a.bury(m)
	a.mu.Unlock()
	m.close(ctx)
	return nil
}

// CoMarshalHresult writes hr as 4 little-endian bytes (CF-027).
func CoMarshalHresult(ctx context.Context, stm com.IStream, hr com.HRESULT) error {
	if stm == nil {
		return com.E_INVALIDARG
	}
	b := [4]byte{byte(hr), byte(hr >> 8), byte(hr >> 16), byte(hr >> 24)}
	_, err := stm.Write(ctx, b[:])
	return err
}

// CoUnmarshalHresult reads what CoMarshalHresult wrote.
func CoUnmarshalHresult(ctx context.Context, stm com.IStream) (com.HRESULT, error) {
	if stm == nil {
		return 0, com.E_INVALIDARG
	}
	var b [4]byte
	if err := com.ReadFull(ctx, stm, b[:]); err != nil {
		return 0, err
	}
	return com.HRESULT(b[0]) | com.HRESULT(b[1])<<8 | com.HRESULT(b[2])<<16 | com.HRESULT(b[3])<<24, nil
}

// descFor finds the descriptor with which obj is marshaled as iid: the one that
// obj itself has, when several packages were generated for one IID.
func (a *Apartment) descFor(ctx context.Context, obj any, iid *com.IID) (*com.Desc, error) {
	descs := com.DescsByIID(iid)
	if len(descs) == 0 {
		return nil, &com.Error{HRESULT: com.E_NOINTERFACE, Step: step.Interface, Interface: iid.String(), Err: com.REGDB_E_IIDNOTREG,
			Hint: "no interface of this IID is linked into this program: import the package generated from its IDL"}
	}
	if _, proxy := obj.(com.Proxied); proxy || len(descs) == 1 {
		return descs[0], nil
	}
	var last error
	for _, d := range descs {
		if _, err := a.rt.types.QueryDesc(ctx, obj, d); err == nil {
			return d, nil
		} else if last = err; !errors.Is(err, com.E_NOINTERFACE) {
			break
		}
	}
	return nil, last
}

// usable fails with CO_E_NOTINITIALIZED once the apartment has ended.
func (a *Apartment) usable() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return com.CO_E_NOTINITIALIZED
	}
	return nil
}
