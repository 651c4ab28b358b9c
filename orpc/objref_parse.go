package orpc

import (
	"encoding/binary"

	"oxid/com"
)

// ParseOBJREF reads the object reference at the start of b. n is the number of
// bytes that it takes; whatever follows is not looked at. For OBJREF_CUSTOM n
// is 48, the header: the object data belong to the unmarshaler, who alone
// knows where they end, and Data is all that follows in b.
//
// Anything malformed or cut short fails with RPC_E_INVALID_OBJREF. Parsing
// allocates nothing unless the form is OBJREF_EXTENDED; slices alias b.
func ParseOBJREF(b []byte) (r OBJREF, n int, err error) {
	if err := checkOBJREFHeader(b); err != nil {
		return OBJREF{}, 0, err
	}
	r.Flags = binary.LittleEndian.Uint32(b[4:])
	r.IID = com.GUIDFromBytes(b[8:])
	n = OBJREFHeaderSize
	switch r.Flags {
	case OBJREF_STANDARD:
		n, err = r.parseStd(b, 0)
	case OBJREF_HANDLER:
		if n, err = r.parseStd(b, 16); err == nil {
			r.CLSID = com.GUIDFromBytes(b[OBJREFHeaderSize+STDOBJREFSize:])
		}
	case OBJREF_CUSTOM:
		if len(b) < OBJREFCustomSize {
			return OBJREF{}, 0, invalidObjref("OBJREF_CUSTOM: %d bytes of a header of %d", len(b), OBJREFCustomSize)
		}
		r.CLSID = com.GUIDFromBytes(b[24:])
		r.ExtensionSize = binary.LittleEndian.Uint32(b[40:])
		r.Reserved = binary.LittleEndian.Uint32(b[44:])
		r.Data = b[OBJREFCustomSize:]
		n = OBJREFCustomSize
	case OBJREF_EXTENDED:
		n, err = r.parseExtended(b)
	}
	if err != nil {
		return OBJREF{}, 0, err
	}
	return r, n, nil
}

// checkOBJREFHeader checks length, signature and form.
func checkOBJREFHeader(b []byte) error {
	if len(b) < OBJREFHeaderSize {
		return invalidObjref("OBJREF: %d bytes of a header of %d", len(b), OBJREFHeaderSize)
	}
	if s := binary.LittleEndian.Uint32(b); s != OBJREFSignature {
		return invalidObjref("OBJREF: signature 0x%08x is not \"MEOW\"", s)
	}
	switch f := binary.LittleEndian.Uint32(b[4:]); f {
	case OBJREF_STANDARD, OBJREF_HANDLER, OBJREF_CUSTOM, OBJREF_EXTENDED:
		return nil
	default:
		return invalidObjref("OBJREF: flags 0x%x name no form", f)
	}
}

// parseStd reads the STDOBJREF and, extra bytes behind it, the bindings.
func (r *OBJREF) parseStd(b []byte, extra int) (n int, err error) {
	n = OBJREFHeaderSize + STDOBJREFSize + extra
	if len(b) < n {
		return 0, invalidObjref("OBJREF: %d bytes of a fixed part of %d", len(b), n)
	}
	r.Std = stdobjrefFrom(b[OBJREFHeaderSize:])
	r.ResAddr, err = ParsePackedBindings(b[n:])
	return n + len(r.ResAddr), err
}

// parseExtended reads the body of OBJREF_EXTENDED ([MS-DCOM] 2.2.18.7).
func (r *OBJREF) parseExtended(b []byte) (n int, err error) {
	if n, err = r.parseStd(b, 4); err != nil {
		return 0, err
	}
	if s := binary.LittleEndian.Uint32(b[OBJREFHeaderSize+STDOBJREFSize:]); s != extendedSignature {
		return 0, invalidObjref("OBJREF_EXTENDED: first signature is 0x%08x", s)
	}
	if len(b)-n < 8 {
		return 0, invalidObjref("OBJREF_EXTENDED: ends before its elements")
	}
	count := binary.LittleEndian.Uint32(b[n:])
	if s := binary.LittleEndian.Uint32(b[n+4:]); s != extendedSignature {
		return 0, invalidObjref("OBJREF_EXTENDED: second signature is 0x%08x", s)
	}
	if count > maxElements {
		return 0, invalidObjref("OBJREF_EXTENDED: %d elements, want 1", count)
	}
	n += 8
	for range count {
		e, size, err := parseElement(b[n:])
		if err != nil {
			return 0, err
		}
		r.Elements = append(r.Elements, e)
		n += size
	}
	return n, nil
}

// parseElement reads one DATAELEMENT and returns the bytes it takes.
func parseElement(b []byte) (DATAELEMENT, int, error) {
	if len(b) < 24 {
		return DATAELEMENT{}, 0, invalidObjref("DATAELEMENT: %d bytes of a header of 24", len(b))
	}
	size := binary.LittleEndian.Uint32(b[16:])
	rounded := binary.LittleEndian.Uint32(b[20:])
	if size > rounded || uint64(rounded) > uint64(len(b)-24) {
		return DATAELEMENT{}, 0, invalidObjref("DATAELEMENT: cbSize %d, cbRounded %d, %d bytes left", size, rounded, len(b)-24)
	}
	return DATAELEMENT{ID: com.GUIDFromBytes(b), Data: b[24 : 24+size : 24+size]}, 24 + int(rounded), nil
}
