package orpc

import (
	"encoding/binary"
	"slices"

	"oxid/com"
	"oxid/ndr"
)

// The structures of the properties are those of activationprops.idl.

// Flags of InstantiationInfoData ([MS-DCOM] 2.2.22.2.1).
const (
	ACTVFLAGS_DISABLE_AAA            uint32 = 0x02
	ACTVFLAGS_ACTIVATE_32_BIT_SERVER uint32 = 0x04
	ACTVFLAGS_ACTIVATE_64_BIT_SERVER uint32 = 0x08
	ACTVFLAGS_NO_FAILURE_LOG         uint32 = 0x20
)

// AnySession as the session of SpecialPropertiesData lets the server choose.
const AnySession uint32 = 0xffffffff

// SPD_FLAG_USE_CONSOLE_SESSION is the one flag of SpecialPropertiesData that
// has a meaning.
const SPD_FLAG_USE_CONSOLE_SESSION uint32 = 1

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
// Parsed ones have both properties, with a RemoteReply and as many results and
// interfaces as IIDs.
type ActivationPropertiesOut struct {
	DestCtx  com.MSHCTX
	PropsOut *PropsOutInfo
	ScmReply *ScmReplyInfoData
}

// Append appends p as an OBJREF_CUSTOM, the content of an MInterfacePointer.
// Properties come in the order that Windows clients use. It fails with
// E_INVALIDARG without interfaces, and with too many of them or of protocol
// sequences.
func (p *ActivationPropertiesIn) Append(b []byte) ([]byte, error) {
	var w propertyWriter
	if v := p.Special; v != nil {
		w.add(CLSID_SpecialSystemProperties, sentSpecial{v})
	}
	if v := p.Instantiation; v != nil {
		w.check("interfaces in an activation (and at least 1)", len(v.IIDs), 1, MAX_REQUESTED_INTERFACES)
		sent := *v
		sent.ThisSize = uint32(serialHeaderSize + (52+16*len(v.IIDs)+7)&^7)
		w.add(CLSID_InstantiationInfo, &sent)
	}
	if v := p.Context; v != nil {
		w.add(CLSID_ActivationContextInfo, v)
	}
	if v := p.Instance; v != nil {
		w.add(CLSID_InstanceInfo, v)
	}
	if v := p.Security; v != nil {
		w.add(CLSID_SecurityInfo, v)
	}
	if v := p.Location; v != nil {
		w.add(CLSID_ServerLocationInfo, v)
	}
	if v := p.ScmRequest; v != nil {
		if r := v.RemoteRequest; r != nil {
			w.check("protocol sequences", len(r.ProtSeqs), 0, MAX_REQUESTED_PROTSEQS)
		}
		w.add(CLSID_ScmRequestInfo, v)
	}
	return w.append(b, p.DestCtx, IID_IActivationPropertiesIn, CLSID_ActivationPropertiesIn)
}

// Append appends p as an OBJREF_CUSTOM. PropsOut comes first: some clients go
// by the order. It fails with E_INVALIDARG without interfaces and with too many.
func (p *ActivationPropertiesOut) Append(b []byte) ([]byte, error) {
	var w propertyWriter
	if v := p.PropsOut; v != nil {
		w.check("interfaces in an activation (and at least 1)", len(v.IIDs), 1, MAX_REQUESTED_INTERFACES)
		w.check("results (as many as interfaces)", len(v.Results), len(v.IIDs), len(v.IIDs))
		w.check("references (as many as interfaces)", len(v.Interfaces), len(v.IIDs), len(v.IIDs))
		w.add(CLSID_PropsOutInfo, v)
	}
	if v := p.ScmReply; v != nil {
		w.add(CLSID_ScmReplyInfo, v)
	}
	return w.append(b, p.DestCtx, IID_IActivationPropertiesOut, CLSID_ActivationPropertiesOut)
}

// ParseActivationPropertiesIn reads the OBJREF of an activation request. It
// goes by CLSID, in any order, and skips properties that it does not know. The
// result does not alias b.
//
// A reference of another class fails with RPC_E_INVALID_OBJREF, malformed
// properties with RPC_X_BAD_STUB_DATA; so does a set without Instantiation.
func ParseActivationPropertiesIn(b []byte) (*ActivationPropertiesIn, error) {
	h, props, err := parseActivation(b, CLSID_ActivationPropertiesIn)
	if err != nil {
		return nil, err
	}
	p := &ActivationPropertiesIn{DestCtx: h.DestCtx}
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
	if p.Instantiation == nil || len(p.Instantiation.IIDs) == 0 {
		return nil, badProperties("activation: InstantiationInfo or its interfaces are missing")
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
	p := &ActivationPropertiesOut{DestCtx: h.DestCtx}
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
	if p.PropsOut == nil || p.ScmReply == nil || p.ScmReply.RemoteReply == nil {
		return nil, badProperties("activation: PropsOutInfo or ScmReplyInfo is missing")
	}
	// A list that is NULL has another length than the others.
	if v := p.PropsOut; len(v.IIDs) == 0 || len(v.Results) != len(v.IIDs) || len(v.Interfaces) != len(v.IIDs) {
		return nil, badProperties("activation: PropsOutInfo without all of its lists")
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
func parseActivation(b []byte, clsid com.CLSID) (h CustomHeader, props []activationProperty, err error) {
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
func parseBlob(b []byte) (h CustomHeader, props []activationProperty, err error) {
	if len(b) < blobHeaderSize {
		return h, nil, badProperties("activation: %d bytes of properties", len(b))
	}
	b = b[blobHeaderSize:]
	if err := parseSerialized(b, &h); err != nil {
		return h, nil, err
	}
	if h.HeaderSize < serialHeaderSize || uint64(h.HeaderSize) > uint64(len(b)) {
		return h, nil, badProperties("activation: a CustomHeader of %d bytes in %d", h.HeaderSize, len(b))
	}
	if len(h.CLSIDs) != len(h.Sizes) { // one of the lists is NULL
		return h, nil, badProperties("activation: %d properties with %d sizes", len(h.CLSIDs), len(h.Sizes))
	}
	b = b[h.HeaderSize:]
	for i, size := range h.Sizes {
		if uint64(size) > uint64(len(b)) {
			return h, nil, badProperties("activation: property %d has %d bytes, %d are left", i, size, len(b))
		}
		props = append(props, activationProperty{h.CLSIDs[i], b[:size:size]})
		b = b[size:]
	}
	return h, props, nil
}

// propertyWriter gathers the properties of one blob.
type propertyWriter struct {
	h    CustomHeader
	body []byte
	err  error
}

// check bounds the length of a list.
func (w *propertyWriter) check(what string, n, least, limit int) {
	if w.err == nil && (n < least || n > limit) {
		w.err = tooMany(what, n, limit)
	}
}

// add serializes a property.
func (w *propertyWriter) add(clsid com.CLSID, v serialized) {
	if w.err != nil {
		return
	}
	if w.body == nil { // room for what most sets have
		w.body = make([]byte, 0, 768)
		w.h.CLSIDs, w.h.Sizes = make([]com.CLSID, 0, MAX_ACTPROP_LIMIT), make([]uint32, 0, MAX_ACTPROP_LIMIT)
	}
	at := len(w.body)
	if w.body, w.err = appendSerialized(w.body, v); w.err == nil {
		w.h.CLSIDs = append(w.h.CLSIDs, clsid)
		w.h.Sizes = append(w.h.Sizes, uint32(len(w.body)-at))
	}
}

// sentSpecial is SpecialPropertiesData in the layout that is sent.
type sentSpecial struct{ *SpecialPropertiesData }

// EncodeNDR encodes both parts.
func (v sentSpecial) EncodeNDR(e *ndr.Encoder) {
	v.SpecialPropertiesData.EncodeNDR(e)
	new(SpecialPropertiesTail).EncodeNDR(e)
}

// append appends the OBJREF_CUSTOM around the blob.
func (w *propertyWriter) append(b []byte, dest com.MSHCTX, iid com.IID, clsid com.CLSID) ([]byte, error) {
	if w.err == nil && len(w.h.CLSIDs) == 0 {
		w.err = badProperties("activation: no properties")
	}
	if w.err != nil {
		return b, w.err
	}
	// The header's size depends on the number of properties alone: 16 bytes of
	// serialization header, 48 of fixed part, and two arrays with their counts.
	n := len(w.h.CLSIDs)
	w.h.HeaderSize = uint32(serialHeaderSize + (48+4+16*n+4+4*n+7)&^7)
	w.h.TotalSize = w.h.HeaderSize + uint32(len(w.body))
	w.h.DestCtx = dest
	r := OBJREF{Flags: OBJREF_CUSTOM, IID: iid, CLSID: clsid, Reserved: w.h.TotalSize + blobHeaderSize}
	start := len(b)
	out := r.Append(slices.Grow(b, r.Size()+blobHeaderSize+int(w.h.TotalSize)))
	out = binary.LittleEndian.AppendUint32(out, w.h.TotalSize)
	out = append(out, 0, 0, 0, 0)
	out, err := appendSerialized(out, &w.h)
	if err != nil {
		return b[:start], err
	}
	return append(out, w.body...), nil
}
