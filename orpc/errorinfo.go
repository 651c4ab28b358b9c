package orpc

import (
	"encoding/binary"

	"oxid/com"
	"oxid/ndr"
)

// ErrorInfo is the content of an IErrorInfo object. It travels beside the
// results of a call, in ORPCTHAT, as the extent EXTENT_Error ([MS-DCOM]
// 2.2.21.2). Texts that are absent and empty ones are not told apart.
//
// The extent holds an OBJREF_CUSTOM, whose object data are:
//
//	offset 0  dwVersion 0, dwHelpContext  u32 each
//	       8  iid GUID
//	      24  Source, Description, HelpFile, each of them u32 0, or
//	          u32 0xffffffff, dwMax, dwOffset 0, dwActual u32 each, UTF-16 with NUL
type ErrorInfo struct {
	HelpContext uint32
	IID         com.IID // the interface that defined the error
	Source      string
	Description string
	HelpFile    string
}

// Extent returns the extent that carries i. It fails with E_INVALIDARG when a
// text has a NUL inside.
func (i *ErrorInfo) Extent() (Extent, error) {
	data := binary.LittleEndian.AppendUint32(nil, 0)
	data = binary.LittleEndian.AppendUint32(data, i.HelpContext)
	data = i.IID.AppendBytes(data)
	for _, s := range [...]string{i.Source, i.Description, i.HelpFile} {
		if s == "" {
			data = append(data, 0, 0, 0, 0)
			continue
		}
		n := uint32(ndr.UTF16Len(s) + 1)
		for _, v := range [...]uint32{errorTextPresent, n, 0, n} {
			data = binary.LittleEndian.AppendUint32(data, v)
		}
		var err error
		if data, err = appendUTF16Z(data, s); err != nil {
			return Extent{}, err
		}
	}
	r := OBJREF{Flags: OBJREF_CUSTOM, IID: IID_IErrorInfo, CLSID: CLSID_ErrorObject,
		Reserved: uint32(len(data)), Data: data}
	return Extent{ID: EXTENT_Error, Data: r.Append(nil)}, nil
}

// errorTextPresent stands in front of each text that is there.
const errorTextPresent uint32 = 0xffffffff

// ParseErrorInfo reads the data of such an extent: an OBJREF_CUSTOM of class
// CLSID_ErrorObject. It fails with RPC_E_INVALID_OBJREF.
func ParseErrorInfo(extent []byte) (*ErrorInfo, error) {
	r, _, err := ParseOBJREF(extent)
	if err != nil {
		return nil, err
	}
	if r.Flags != OBJREF_CUSTOM || r.CLSID != CLSID_ErrorObject {
		return nil, invalidObjref("error extension: not an OBJREF_CUSTOM of class %s", CLSID_ErrorObject)
	}
	return parseErrorObject(r.Data)
}

// parseErrorObject reads the object data. The texts follow each other without
// padding; where that does not work out, with padding to 4 bytes.
func parseErrorObject(b []byte) (*ErrorInfo, error) {
	if len(b) < 24 {
		return nil, invalidObjref("error object: %d bytes of a fixed part of 24", len(b))
	}
	if v := binary.LittleEndian.Uint32(b); v != 0 {
		return nil, invalidObjref("error object: version %d, want 0", v)
	}
	i := &ErrorInfo{HelpContext: binary.LittleEndian.Uint32(b[4:]), IID: com.GUIDFromBytes(b[8:])}
	err := i.texts(b, 1)
	if err != nil && i.texts(b, 4) == nil {
		err = nil
	}
	if err != nil {
		return nil, err
	}
	return i, nil
}

// texts reads the three texts, each one at a multiple of align.
func (i *ErrorInfo) texts(b []byte, align int) error {
	off := 24
	for _, dst := range [...]*string{&i.Source, &i.Description, &i.HelpFile} {
		off = (off + align - 1) &^ (align - 1)
		s, n, err := errorText(b[min(off, len(b)):])
		if err != nil {
			return err
		}
		*dst = s
		off += n
	}
	return nil
}

// errorText reads one text and returns the bytes that it takes.
func errorText(b []byte) (s string, n int, err error) {
	if len(b) < 4 {
		return "", 0, invalidObjref("error object: ends before its texts")
	}
	switch v := binary.LittleEndian.Uint32(b); v {
	case 0:
		return "", 4, nil
	case errorTextPresent:
	default:
		return "", 0, invalidObjref("error object: a text begins with 0x%08x", v)
	}
	if len(b) < 16 {
		return "", 0, invalidObjref("error object: a text without its counts")
	}
	actual := binary.LittleEndian.Uint32(b[12:])
	if first := binary.LittleEndian.Uint32(b[8:]); first != 0 || uint64(actual)*2 > uint64(len(b)-16) {
		return "", 0, invalidObjref("error object: a text of %d characters in %d bytes", actual, len(b)-16)
	}
	n = 16 + 2*int(actual)
	text := b[16:n]
	if end, err := scanZero(text, 0); err == nil {
		text = text[:end]
	}
	return utf16Text(text), n, nil
}
