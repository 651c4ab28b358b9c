package orpc

import (
	"fmt"

	"oxid/com"
	"oxid/step"
)

// invalidObjref is the error of every malformed object reference.
func invalidObjref(format string, args ...any) error {
	return &com.Error{
		HRESULT: com.RPC_E_INVALID_OBJREF,
		Step:    step.Interface,
		Err:     fmt.Errorf(format, args...),
	}
}

// invalidHeader is the error of a malformed ORPCTHIS or ORPCTHAT (CF-295).
func invalidHeader(format string, args ...any) error {
	return &com.Error{
		HRESULT: com.RPC_E_INVALID_HEADER,
		Step:    step.Call,
		Err:     fmt.Errorf(format, args...),
	}
}

// invalidExtension is the error of malformed extents behind a sound header.
func invalidExtension(format string, args ...any) error {
	return &com.Error{
		HRESULT: com.RPC_E_INVALID_EXTENSION,
		Step:    step.Call,
		Err:     fmt.Errorf(format, args...),
	}
}

// tooMany is the error of a count that the protocol does not allow to be sent.
func tooMany(what string, n, limit int) error {
	return fmt.Errorf("orpc: %d %s, at most %d are allowed: %w", n, what, limit, com.E_INVALIDARG)
}
