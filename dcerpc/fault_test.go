package dcerpc

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"oxid/com"
)

// TestFaultErrors checks the way of a status to the error that a client gets
// ([MS-RPCE] 3.1.1.5.5).
func TestFaultErrors(t *testing.T) {
	tests := []struct {
		status Status
		want   com.HRESULT
	}{
		{StatusOpRange, com.RPC_S_PROCNUM_OUT_OF_RANGE},
		{StatusUnknownInterface, com.RPC_S_UNKNOWN_IF},
		{StatusProtocolError, com.RPC_S_PROTOCOL_ERROR},
		{StatusServerTooBusy, com.RPC_S_SERVER_TOO_BUSY},
		{StatusCancelled, com.RPC_S_CALL_CANCELLED},
		{StatusContextMismatch, com.E_HANDLE},
		{StatusAccessDenied, com.E_ACCESSDENIED},
		{StatusBadStubData, com.RPC_X_BAD_STUB_DATA},
		{StatusSecurityPackage, com.RPC_S_SEC_PKG_ERROR},
		{StatusUnsupportedAuthLevel, com.RPC_S_UNSUPPORTED_AUTHN_LEVEL},
		{0x80010108, com.RPC_E_DISCONNECTED},
		{0x80070057, com.E_INVALIDARG},
		{0x000006D1, com.RPC_S_PROCNUM_OUT_OF_RANGE}, // a Windows code as it is
		{0x1C010006, com.RPC_S_CALL_FAILED},          // no Windows code
		{0x12345678, com.RPC_S_CALL_FAILED},
		{0, com.RPC_S_CALL_FAILED},
	}
	for _, tt := range tests {
		err := fmt.Errorf("wrapped: %w", &Fault{Status: tt.status})
		var hr com.HRESULT
		if !errors.Is(err, tt.want) || !errors.As(err, &hr) || hr != tt.want || com.HRESULTOf(err) != tt.want {
			t.Errorf("status %#x: %v; want %v", uint32(tt.status), hr, tt.want)
		}
		if !errors.Is(err, &Fault{Status: tt.status, DidNotExecute: true}) || errors.Is(err, &Fault{Status: tt.status + 1}) {
			t.Errorf("status %#x: comparison of faults", uint32(tt.status))
		}
	}
	if s := (&Fault{Status: StatusOpRange, DidNotExecute: true}).Error(); !strings.Contains(s, "nca_op_rng_error") || !strings.Contains(s, "not executed") {
		t.Errorf("Error() = %q", s)
	}
	if s := (&Fault{Status: 0x80010108}).Error(); !strings.Contains(s, "RPC_E_DISCONNECTED") {
		t.Errorf("Error() = %q", s)
	}
}

// TestHandlerErrors checks the way of a handler's error to the status on the
// wire.
func TestHandlerErrors(t *testing.T) {
	tests := []struct {
		err  error
		want Fault
	}{
		{com.RPC_E_DISCONNECTED, Fault{Status: 0x80010108}},
		{com.E_INVALIDARG, Fault{Status: 0x80070057}},
		{com.E_ACCESSDENIED, Fault{Status: StatusAccessDenied}},
		{com.RPC_X_BAD_STUB_DATA, Fault{Status: StatusBadStubData}},
		{fmt.Errorf("decoding: %w", com.RPC_X_BAD_STUB_DATA), Fault{Status: StatusBadStubData}},
		{com.RPC_S_PROCNUM_OUT_OF_RANGE, Fault{Status: StatusOpRange}},
		{com.E_HANDLE, Fault{Status: StatusContextMismatch}},
		{&com.Error{HRESULT: com.E_OUTOFMEMORY}, Fault{Status: 0x8007000E}},
		{&Fault{Status: StatusOpRange, DidNotExecute: true}, Fault{Status: StatusOpRange, DidNotExecute: true}},
		{fmt.Errorf("wrapped: %w", &Fault{Status: 7}), Fault{Status: 7}},
		{errors.New("anything"), Fault{Status: Status(com.E_FAIL)}},
		{context.Canceled, Fault{Status: StatusCancelled}},
		{context.DeadlineExceeded, Fault{Status: StatusCancelled}},
		// Statuses that a client may take for a broken protocol.
		{&Fault{}, Fault{Status: StatusUnspecified}},
		{com.HRESULT(0xC0000005), Fault{Status: StatusUnspecified}},
		{com.HRESULT(0x80000003), Fault{Status: StatusUnspecified}},
		{com.S_OK, Fault{Status: StatusUnspecified}},
	}
	for _, tt := range tests {
		if got := faultOf(tt.err); got != tt.want {
			t.Errorf("%v: %+v; want %+v", tt.err, got, tt.want)
		}
	}
}

func TestStatusNames(t *testing.T) {
	if StatusOpRange.Name() != "nca_op_rng_error" || Status(0x12345).Name() != "" {
		t.Error("Name")
	}
}
