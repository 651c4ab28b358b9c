package orpc

import (
	"encoding/binary"

	"oxid/com"
	"oxid/ndr"
)

// ActivationPropertiesIn is what a client sends with an activation ([MS-DCOM]
// 2.2.22.2): a set of properties, told apart by CLSID. Nil ones are left out.
// The protocol requires Instantiation, Location and ScmRequest.
//
// The set travels as the object data of an OBJREF_CUSTOM:
//
//	offset 0  dwSize u32, of what follows offset 8
//	       4  dwReserved u32
//	       8  CustomHeader, which lists the properties with their sizes
//	          the properties, one behind the other
//
// CustomHeader and properties are each type-serialized ([MS-RPCE] 2.2.6).
type ActivationPropertiesIn struct {
	DestCtx       com.MSHCTX // MSHCTX_DIFFERENTMACHINE; ignored on receipt
	Special       *SpecialPropertiesData
	Instantiation *InstantiationInfoData
	Context       *ActivationContextInfoData
	Instance      *InstanceInfoData
	Security      *SecurityInfoData // ignored on receipt
	Location      *LocationInfoData
	ScmRequest    *ScmRequestInfoData
}

// ActivationPropertiesOut is what the server answers ([MS-DCOM] 2.2.22.1).
// Parsed ones have both properties.
type ActivationPropertiesOut struct {
	DestCtx  com.MSHCTX
	PropsOut *PropsOutInfo
	ScmReply *ScmReplyInfoData
}

// Append appends p as an OBJREF_CUSTOM, the content of an MInterfacePointer.
// Properties come in the order that Windows clients use.
func (p *ActivationPropertiesIn) Append(b []byte) ([]byte, error) {
	var w propertyWriter
	addProperty(&w, CLSID_SpecialSystemProperties, p.Special)
	addProperty(&w, CLSID_InstantiationInfo, p.Instantiation)
	addProperty(&w, CLSID_ActivationContextInfo, p.Context)
	addProperty(&w, CLSID_InstanceInfo, p.Instance)
	addProperty(&w, CLSID_SecurityInfo, p.Security)
	addProperty(&w, CLSID_ServerLocationInfo, p.Location)
	addProperty(&w, CLSID_ScmRequestInfo, p.ScmRequest)
	return w.append(b, p.DestCtx, IID_IActivationPropertiesIn, CLSID_ActivationPropertiesIn)
}

// Append appends p as an OBJREF_CUSTOM. PropsOut comes first: some clients go
// by the order.
func (p *ActivationPropertiesOut) Append(b []byte) ([]byte, error) {
	var w propertyWriter
	addProperty(&w, CLSID_PropsOutInfo, p.PropsOut)
	addProperty(&w, CLSID_ScmReplyInfo, p.ScmReply)
	return w.append(b, p.DestCtx, IID_IActivationPropertiesOut, CLSID_ActivationPropertiesOut)
}

// ParseActivationPropertiesIn reads the OBJREF of an activation request. It
// goes by CLSID, in any order, and skips properties that it does not know. The
// result does not alias b, except for references inside properties.
//
// A reference of another class fails with RPC_E_INVALID_OBJREF, malformed
// properties with RPC_X_BAD_STUB_DATA; so does a set without Instantiation.
func ParseActivationPropertiesIn(b []byte) (*ActivationPropertiesIn, error) {
	h, props, err := parseActivation(b, CLSID_ActivationPropertiesIn)
	if err != nil {
		return nil, err
	}
	p := &ActivationPropertiesIn{DestCtx: h.destCtx}
	for _, x := range props {
		switch x.CLSID {
		case CLSID_SpecialSystemProperties:
			err = readProperty(x.Data, &p.Special)
		case CLSID_InstantiationInfo:
			err = readProperty(x.Data, &p.Instantiation)
		case CLSID_ActivationContextInfo:
			err = readProperty(x.Data, &p.Context)
		case CLSID_InstanceInfo:
			err = readProperty(x.Data, &p.Instance)
		case CLSID_SecurityInfo:
			if readProperty(x.Data, &p.Security) != nil {
				p.Security = nil // it has no meaning to a server: it is not worth a failure
			}
		case CLSID_ServerLocationInfo:
			err = readProperty(x.Data, &p.Location)
		case CLSID_ScmRequestInfo:
			err = readProperty(x.Data, &p.ScmRequest)
		}
		if err != nil {
			return nil, err
		}
	}
	if p.Instantiation == nil {
		return nil, badProperties("activation: InstantiationInfo is missing")
	}
	return p, nil
}

// ParseActivationPropertiesOut reads the OBJREF of an activation reply, in the
// manner of [ParseActivationPropertiesIn]. Both properties must be there.
func ParseActivationPropertiesOut(b []byte) (*ActivationPropertiesOut, error) {
	h, props, err := parseActivation(b, CLSID_ActivationPropertiesOut)
	if err != nil {
		return nil, err
	}
	p := &ActivationPropertiesOut{DestCtx: h.destCtx}
	for _, x := range props {
		switch x.CLSID {
		case CLSID_PropsOutInfo:
			err = readProperty(x.Data, &p.PropsOut)
		case CLSID_ScmReplyInfo:
			err = readProperty(x.Data, &p.ScmReply)
		}
		if err != nil {
			return nil, err
		}
	}
	if p.PropsOut == nil || p.ScmReply == nil {
		return nil, badProperties("activation: PropsOutInfo or ScmReplyInfo is missing")
	}
	return p, nil
}

// readProperty decodes a property that has not been there before.
func readProperty[T any, P interface {
	*T
	serialized
}](b []byte, dst *P) error {
	if *dst != nil {
		return badProperties("activation: a property is there twice")
	}
	*dst = new(T)
	return parseSerialized(b, *dst)
}

// activationProperty is one property in wire form, serialization headers
// included. Data alias the packet.
type activationProperty struct {
	CLSID com.CLSID
	Data  []byte
}

// parseActivation opens the OBJREF and the blob inside it ([MS-DCOM] 2.2.22).
func parseActivation(b []byte, clsid com.CLSID) (h customHeader, props []activationProperty, err error) {
	r, _, err := ParseOBJREF(b)
	if err != nil {
		return h, nil, err
	}
	if r.Flags != OBJREF_CUSTOM || r.CLSID != clsid {
		return h, nil, invalidObjref("activation: the properties are no OBJREF_CUSTOM of class %s", clsid)
	}
	return parseBlob(r.Data)
}

// blobHeaderSize is dwSize and dwReserved in front of the CustomHeader.
const blobHeaderSize = 8

// parseBlob cuts the blob into properties. Sizes are checked against what is
// there; dwSize, which repeats their sum, is not looked at.
func parseBlob(b []byte) (h customHeader, props []activationProperty, err error) {
	if len(b) < blobHeaderSize {
		return h, nil, badProperties("activation: %d bytes of properties", len(b))
	}
	b = b[blobHeaderSize:]
	if err := parseSerialized(b, &h); err != nil {
		return h, nil, err
	}
	if h.headerSize < serialHeaderSize || uint64(h.headerSize) > uint64(len(b)) {
		return h, nil, badProperties("activation: a CustomHeader of %d bytes in %d", h.headerSize, len(b))
	}
	b = b[h.headerSize:]
	for i, size := range h.sizes {
		if uint64(size) > uint64(len(b)) {
			return h, nil, badProperties("activation: property %d has %d bytes, %d are left", i, size, len(b))
		}
		props = append(props, activationProperty{h.clsids[i], b[:size:size]})
		b = b[size:]
	}
	return h, props, nil
}

// customHeader is the table of contents of the blob ([MS-DCOM] 2.2.22.3). As
// many sizes as clsids, 1 to 10. Property i begins behind the header and
// sizes[0] to sizes[i-1]; a size covers serialization header and padding.
//
//	offset 0  totalSize, headerSize, dwReserved, destCtx, cIfs  u32 each
//	      20  classInfoClsid GUID, null
//	      36  pclsid, pSizes, pdwReserved  unique pointers
//	      48  the CLSIDs, the sizes
type customHeader struct {
	totalSize  uint32
	headerSize uint32
	destCtx    com.MSHCTX
	clsids     []com.CLSID
	sizes      []uint32
}

// encode writes the header; its own size is part of what it says.
func (h *customHeader) encode(e *ndr.Encoder) {
	e.Uint32(h.totalSize)
	e.Uint32(h.headerSize)
	e.Uint32(0)
	e.Uint32(uint32(h.destCtx))
	e.Uint32(uint32(len(h.clsids)))
	e.GUID(com.GUID{})
	e.Pointer(true)
	e.Pointer(true)
	e.Pointer(false)
	e.Count(len(h.clsids))
	e.GUIDs(h.clsids)
	e.Count(len(h.sizes))
	e.Uint32s(h.sizes)
}

// decode reads the header and bounds the number of properties.
func (h *customHeader) decode(d *ndr.Decoder) {
	h.totalSize = d.Uint32()
	h.headerSize = d.Uint32()
	d.Uint32()
	h.destCtx = com.MSHCTX(d.Uint32())
	n := d.Uint32()
	d.InRange(int64(n), MIN_ACTPROP_LIMIT, MAX_ACTPROP_LIMIT)
	d.GUID()
	d.Ref(4)
	d.Ref(4)
	d.Pointer() // reserved; what it may point to lies behind everything of interest
	if d.Enter(4) {
		h.clsids = d.GUIDs(nil, d.CountIs(int(n), 16))
		d.Leave()
	}
	if d.Enter(4) {
		h.sizes = d.Uint32s(nil, d.CountIs(int(n), 4))
		d.Leave()
	}
}

// propertyWriter gathers the properties of one blob.
type propertyWriter struct {
	h    customHeader
	body []byte
	err  error
}

// addProperty serializes v unless it is nil.
func addProperty[T any, P interface {
	*T
	serialized
}](w *propertyWriter, clsid com.CLSID, v P) {
	if v == nil || w.err != nil {
		return
	}
	at := len(w.body)
	if w.body, w.err = appendSerialized(w.body, v); w.err == nil {
		w.h.clsids = append(w.h.clsids, clsid)
		w.h.sizes = append(w.h.sizes, uint32(len(w.body)-at))
	}
}

// append appends the OBJREF_CUSTOM around the blob.
func (w *propertyWriter) append(b []byte, dest com.MSHCTX, iid com.IID, clsid com.CLSID) ([]byte, error) {
	if w.err == nil && len(w.h.clsids) == 0 {
		w.err = badProperties("activation: no properties")
	}
	if w.err != nil {
		return b, w.err
	}
	// The header's size depends on the number of properties alone: 16 bytes of
	// serialization header, 48 of fixed part, and two arrays with their counts.
	n := len(w.h.clsids)
	w.h.headerSize = uint32(serialHeaderSize + (48+4+16*n+4+4*n+7)&^7)
	w.h.totalSize = w.h.headerSize + uint32(len(w.body))
	w.h.destCtx = dest
	r := OBJREF{Flags: OBJREF_CUSTOM, IID: iid, CLSID: clsid, Reserved: w.h.totalSize + blobHeaderSize}
	start := len(b)
	out := r.Append(b)
	out = binary.LittleEndian.AppendUint32(out, w.h.totalSize)
	out = append(out, 0, 0, 0, 0)
	out, err := appendSerialized(out, &w.h)
	if err != nil {
		return b[:start], err
	}
	return append(out, w.body...), nil
}
