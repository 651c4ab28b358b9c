package records

import (
	"context"
	"encoding/binary"
	"errors"

	"oxid/com"
	"oxid/marshal"
	"oxid/ndr"
	"oxid/samples/byvalue"
)

// A packet is, behind the header that COM writes (48 bytes),
//
//	u32  size of the records
//	     the records: byvalue.Records in type serialization ([MS-RPCE] 2.2.6)
//	u32  1 when a packet of the owner follows, as IUnknown; 0 otherwise
//
// all numbers little-endian.

// maxRecords bounds the size in bytes of the records in a packet.
const maxRecords = 16 << 20

// Register lets packets of record sets be unmarshaled in a runtime, those of
// other processes included. Without it they are REGDB_E_CLASSNOTREG.
func Register(rt *marshal.Runtime) error {
	return rt.RegisterUnmarshalClass(byvalue.CLSID_RecordSet, func(context.Context) (com.IMarshal, error) {
		return new(Set), nil
	})
}

// GetUnmarshalClass implements com.IMarshal.
func (s *Set) GetUnmarshalClass(context.Context, *com.IID, any, com.MSHCTX, com.MSHLFLAGS) (com.CLSID, error) {
	return byvalue.CLSID_RecordSet, nil
}

// GetMarshalSizeMax implements com.IMarshal.
func (s *Set) GetMarshalSizeMax(ctx context.Context, _ *com.IID, _ any, dest com.MSHCTX, flags com.MSHLFLAGS) (uint32, error) {
	b, err := encode(s.items)
	if err != nil {
		return 0, err
	}
	n := uint32(8 + len(b))
	owner := s.own.keep()
	if owner == nil {
		return n, nil
	}
	defer com.Release(owner)
	max, err := marshal.ApartmentOf(ctx).CoGetMarshalSizeMax(ctx, &com.IID_IUnknown, owner, dest, flags)
	return n + max, err
}

// MarshalInterface implements com.IMarshal. ctx belongs to an apartment, as
// COM promises: the owner is marshaled in it.
func (s *Set) MarshalInterface(ctx context.Context, stm com.IStream, _ *com.IID, _ any, dest com.MSHCTX, flags com.MSHLFLAGS) error {
	data, err := encode(s.items)
	if err != nil {
		return err
	}
	owner := s.own.keep()
	defer com.Release(owner)
	b := binary.LittleEndian.AppendUint32(nil, uint32(len(data)))
	b = append(b, data...)
	var owned uint32
	if owner != nil {
		owned = 1
	}
	b = binary.LittleEndian.AppendUint32(b, owned)
	if err := com.WriteFull(ctx, stm, b); err != nil || owner == nil {
		return err
	}
	return marshal.ApartmentOf(ctx).CoMarshalInterface(ctx, stm, &com.IID_IUnknown, owner, dest, flags)
}

// UnmarshalInterface implements com.IMarshal: the instance becomes the copy.
func (s *Set) UnmarshalInterface(ctx context.Context, stm com.IStream, iid *com.IID) (any, error) {
	data, owned, err := read(ctx, stm)
	if err != nil {
		return nil, err
	}
	items, err := decode(data)
	if !owned {
		s.fill(items, nil)
		return s, err
	}
	apt := marshal.ApartmentOf(ctx)
	if err != nil { // the stream is left behind the packet all the same
		return nil, errors.Join(err, apt.CoReleaseMarshalData(ctx, stm))
	}
	owner, err := apt.CoUnmarshalInterface(ctx, stm, &com.IID_IUnknown)
	if err != nil {
		return nil, err
	}
	s.fill(items, owner)
	return s, nil
}

// ReleaseMarshalData implements com.IMarshal.
func (s *Set) ReleaseMarshalData(ctx context.Context, stm com.IStream) error {
	_, owned, err := read(ctx, stm)
	if err != nil || !owned {
		return err
	}
	return marshal.ApartmentOf(ctx).CoReleaseMarshalData(ctx, stm)
}

// DisconnectObject implements com.IMarshal: what others hold is the owner.
func (s *Set) DisconnectObject(ctx context.Context, reserved uint32) error {
	owner := s.own.keep()
	if owner == nil {
		return nil
	}
	defer com.Release(owner)
	return marshal.ApartmentOf(ctx).CoDisconnectObject(ctx, owner, reserved)
}

// encode writes the records of a packet.
func encode(items []byvalue.Record) ([]byte, error) {
	v := byvalue.Records{Items: items}
	e := ndr.EncodeType(ndr.AppendTypeHeader(nil))
	v.EncodeNDR(&e)
	v.EncodeDeferredNDR(&e)
	b, err := e.EndType()
	if err == nil && len(b) > maxRecords {
		err = com.E_OUTOFMEMORY
	}
	return b, err
}

// decode reads what encode wrote. The bytes may be anybody's: package ndr
// checks every count against what is there.
func decode(b []byte) ([]byvalue.Record, error) {
	t, err := ndr.ReadTypes(b)
	if err != nil {
		return nil, err
	}
	d, err := t.Next()
	if err != nil {
		return nil, err
	}
	var v byvalue.Records
	v.DecodeNDR(&d)
	v.DecodeDeferredNDR(&d)
	if err := d.Err(); err != nil {
		return nil, err
	}
	return v.Items, nil
}

// read reads a packet as far as the owner's. Memory grows with what the stream
// really has, not with what the packet says.
func read(ctx context.Context, stm com.IStream) (data []byte, owned bool, err error) {
	var word [4]byte
	if err := com.ReadFull(ctx, stm, word[:]); err != nil {
		return nil, false, err
	}
	left := binary.LittleEndian.Uint32(word[:])
	if left > maxRecords {
		return nil, false, com.RPC_E_INVALID_OBJREF
	}
	for left > 0 {
		n := min(left, 64<<10)
		start := len(data)
		data = append(data, make([]byte, n)...)
		if err := com.ReadFull(ctx, stm, data[start:]); err != nil {
			return nil, false, err
		}
		left -= n
	}
	if err := com.ReadFull(ctx, stm, word[:]); err != nil {
		return nil, false, err
	}
	owner := binary.LittleEndian.Uint32(word[:])
	if owner > 1 {
		return nil, false, com.RPC_E_INVALID_OBJREF
	}
	return data, owner == 1, nil
}
