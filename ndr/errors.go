package ndr

import (
	"fmt"

	"oxid/com"
)

// Error tells what is wrong with stub data, and where.
//
// errors.Is matches HRESULT. For data that were received it also matches
// com.RPC_X_BAD_STUB_DATA whatever the finer code is, and [com.HRESULTOf]
// gives what goes on the wire: RPC_X_BAD_STUB_DATA for count and range
// violations ([MS-RPCE] 3.1.1.5.3), RPC_S_INVALID_TAG for unions.
type Error struct {
	HRESULT com.HRESULT // the finest code that fits
	Offset  int         // bytes from the first parameter (Buffer[0])
	What    string      // a phrase: "array of 5 elements: 3 bytes left"

	received bool
}

// Error returns one sentence with code, offset and cause.
func (e *Error) Error() string {
	return fmt.Sprintf("ndr: %s at offset %d (%s)", e.What, e.Offset, e.HRESULT)
}

// Unwrap gives errors.Is the codes, that for the wire first.
func (e *Error) Unwrap() []error {
	switch {
	case !e.received || e.HRESULT == com.RPC_X_BAD_STUB_DATA:
		return []error{e.HRESULT}
	case e.HRESULT == com.RPC_S_INVALID_TAG:
		return []error{e.HRESULT, com.RPC_X_BAD_STUB_DATA}
	}
	return []error{com.RPC_X_BAD_STUB_DATA, e.HRESULT}
}
