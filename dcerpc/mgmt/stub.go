package mgmt

import (
	"oxid/com"
	"oxid/dcerpc"
	"oxid/ndr"
)

// Syntax is the management interface ([C706] appendix Q).
var Syntax = dcerpc.SyntaxID{UUID: com.MustGUID("afa8bd80-7d8a-11c9-bef4-08002b102989"), Major: 1}

// Operation numbers.
const (
	opInqIfIDs      = 0 // which interfaces
	opInqStats      = 1 // counters
	opIsListening   = 2
	opStopListening = 3
	opInqPrincName  = 4 // for an authentication service
	numOps          = 5
)

// Statuses, as Windows error codes.
const (
	statusOK              = 0
	statusAccessDenied    = 5
	statusBufferTooSmall  = 122  // ERROR_INSUFFICIENT_BUFFER
	statusUnknownAuthSvc  = 1747 // RPC_S_UNKNOWN_AUTHN_SERVICE
	maxStats              = 4
	maxIfIDs              = 1 << 14
	maxPrincipal          = 4096
	sizeIfID, sizePointer = 20, 4
)

// putIfIDs encodes the rpc_if_id_vector_t behind a pointer: a conformant
// structure of a count and pointers, then what these point to.
func putIfIDs(e *ndr.Encoder, ids []dcerpc.SyntaxID) {
	e.Pointer(true)
	e.Count(len(ids))
	e.Align(4, 8)
	e.Uint32(uint32(len(ids)))
	e.Align(4, 8)
	for range ids {
		e.Pointer(true)
	}
	for _, id := range ids {
		e.GUID(id.UUID)
		e.Uint16(id.Major)
		e.Uint16(id.Minor)
	}
}

// getIfIDs decodes what putIfIDs made.
func getIfIDs(d *ndr.Decoder) []dcerpc.SyntaxID {
	if !d.Pointer() {
		return nil
	}
	n := d.Count(sizePointer)
	d.Align(4, 8)
	count := d.Uint32()
	d.Align(4, 8)
	// The count is there twice: as a bound of the array and as a member.
	if n > maxIfIDs || int(count) != n {
		d.Fail(com.RPC_X_BAD_STUB_DATA)
		return nil
	}
	present := make([]bool, n)
	for i := range present {
		present[i] = d.Embedded(sizeIfID)
	}
	var ids []dcerpc.SyntaxID
	for _, ok := range present {
		if ok && d.Leaf(sizeIfID) {
			ids = append(ids, dcerpc.SyntaxID{UUID: d.GUID(), Major: d.Uint16(), Minor: d.Uint16()})
		}
	}
	return ids
}
