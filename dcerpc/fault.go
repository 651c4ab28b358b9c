package dcerpc

import (
	"context"
	"errors"
	"fmt"

	"oxid/com"
)

// Fault is a call that the server answered with a fault PDU. It matches the
// [com.HRESULT] that its status stands for with errors.Is and errors.As.
//
// A handler may return one to choose the status itself. A Fault is immutable
// once returned and safe for concurrent use.
type Fault struct {
	Status Status
	// DidNotExecute is set when the server guarantees that the call has not
	// been executed (PFC_DID_NOT_EXECUTE): it may be repeated.
	DidNotExecute bool
}

// Error names the status and the Windows error that it stands for.
func (f *Fault) Error() string {
	suffix := ""
	if f.DidNotExecute {
		suffix = ", not executed"
	}
	if n := f.Status.Name(); n != "" {
		return fmt.Sprintf("fault %s (0x%08x%s): %v", n, uint32(f.Status), suffix, f.HRESULT())
	}
	return fmt.Sprintf("fault 0x%08x%s: %v", uint32(f.Status), suffix, f.HRESULT())
}

// HRESULT returns what a COM client reports for the fault.
func (f *Fault) HRESULT() com.HRESULT { return f.Status.HRESULT() }

// Unwrap makes the HRESULT visible to errors.Is and errors.As.
func (f *Fault) Unwrap() error { return f.HRESULT() }

// Is reports whether target is a fault of the same status, whatever its flags.
func (f *Fault) Is(target error) bool {
	t, ok := target.(*Fault)
	return ok && t.Status == f.Status
}

// faultOf turns the error of a handler into the fault that travels. The
// runtime's own statuses are used where an error of Windows has one; other
// HRESULTs are sent as they are, as COM servers do.
func faultOf(err error) Fault {
	var f *Fault
	if errors.As(err, &f) {
		return Fault{Status: f.Status.sendable(), DidNotExecute: f.DidNotExecute}
	}
	var hr com.HRESULT
	switch {
	case errors.As(err, &hr):
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return Fault{Status: StatusCancelled}
	default:
		hr = com.HRESULTOf(err)
	}
	if s, ok := statusByHRESULT[hr]; ok {
		return Fault{Status: s}
	}
	return Fault{Status: Status(hr).sendable()}
}
