package orpc

import "oxid/com"

// IsAggStdMarshal reports whether clsid is the unmarshal class of a standard
// marshaler that an object with its own IMarshal has aggregated. Windows
// writes one value and the SDK names another; both count (CF-371).
func IsAggStdMarshal(clsid com.CLSID) bool {
	return clsid == com.CLSID_AggStdMarshal || clsid == com.CLSID_AggStdMarshalSDK
}

// Aggregated wraps inner, the packet of an aggregated standard marshaler, and
// the object's own bytes into the form that CoMarshalInterface gives such
// objects: OBJREF_CUSTOM with CLSID_AggStdMarshal (CF-372). inner is usually
// OBJREF_HANDLER. Reserved says size, the figure of GetMarshalSizeMax.
func Aggregated(inner *OBJREF, extra []byte, size uint32) OBJREF {
	data := make([]byte, 0, inner.Size()+len(extra))
	return OBJREF{
		Flags:    OBJREF_CUSTOM,
		IID:      inner.IID,
		CLSID:    com.CLSID_AggStdMarshal,
		Reserved: size,
		Data:     append(inner.Append(data), extra...),
	}
}

// Nested returns the reference inside a packet that [Aggregated] describes and
// the object's own bytes behind it; both alias r.Data. It fails with
// RPC_E_INVALID_OBJREF when r is of another form, when its class is another,
// or when the inner reference is itself custom: nesting ends there.
func (r *OBJREF) Nested() (inner OBJREF, extra []byte, err error) {
	if r.Flags != OBJREF_CUSTOM || !IsAggStdMarshal(r.CLSID) {
		return OBJREF{}, nil, invalidObjref("OBJREF holds no aggregated standard reference")
	}
	inner, n, err := ParseOBJREF(r.Data)
	if err != nil {
		return OBJREF{}, nil, err
	}
	if inner.Flags == OBJREF_CUSTOM {
		return OBJREF{}, nil, invalidObjref("OBJREF_CUSTOM inside an aggregated standard reference")
	}
	return inner, r.Data[n:], nil
}
