package com_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"oxid/com"
	"oxid/step"
)

// The text of an error is a sentence that a person can act on.
func TestError_Text(t *testing.T) {
	for _, c := range []struct {
		err  *com.Error
		want string
	}{
		{
			&com.Error{HRESULT: com.E_FAIL},
			"oxid: E_FAIL (0x80004005): the operation failed for a reason that it did not name",
		},
		{
			&com.Error{HRESULT: com.RPC_E_DISCONNECTED, Interface: "ICalc", Method: "Add",
				Peer: "10.0.0.5[49152]", Step: step.Call, Err: io.ErrUnexpectedEOF},
			"ICalc.Add at 10.0.0.5[49152] (step call): RPC_E_DISCONNECTED (0x80010108): the object is " +
				"disconnected from its clients, or its server is gone: unexpected EOF",
		},
		{
			// A cause that only repeats the code is not repeated.
			&com.Error{HRESULT: com.E_NOTIMPL, Method: "Add", Err: com.E_NOTIMPL},
			"Add: E_NOTIMPL (0x80004001): the method is not implemented",
		},
		{
			&com.Error{HRESULT: com.RPC_S_SERVER_UNAVAILABLE, Interface: "ICalc", Step: step.ObjectTCP,
				Attempts: []com.Attempt{
					{Step: step.ObjectTCP, Target: "10.0.0.5[49152]", Err: errors.New("connection refused")},
					{Step: step.Name, Target: "srv[49152]", Err: errors.New("no such host")},
				},
				Hint: "check the firewall"},
			"ICalc (step object-tcp): RPC_S_SERVER_UNAVAILABLE (0x800706ba): the server cannot be reached; " +
				"tried 10.0.0.5[49152] (object-tcp): connection refused, srv[49152] (name): no such host. " +
				"Hint: check the firewall",
		},
	} {
		if got := c.err.Error(); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

// errors.Is and errors.As reach the code, the cause and every attempt.
func TestError_Unwrap(t *testing.T) {
	inner := &com.Error{HRESULT: com.E_ACCESSDENIED, Step: step.Auth}
	err := error(&com.Error{HRESULT: com.RPC_S_SERVER_UNAVAILABLE, Err: context.DeadlineExceeded,
		Attempts: []com.Attempt{{Step: step.Name, Err: io.EOF}, {Step: step.TCP}, {Step: step.Auth, Err: inner}}})
	for _, target := range []error{com.RPC_S_SERVER_UNAVAILABLE, context.DeadlineExceeded, io.EOF, com.E_ACCESSDENIED} {
		if !errors.Is(err, target) {
			t.Errorf("%v is not found", target)
		}
	}
	if errors.Is(err, com.E_FAIL) {
		t.Error("E_FAIL is found")
	}
	var hr com.HRESULT
	if !errors.As(err, &hr) || hr != com.RPC_S_SERVER_UNAVAILABLE {
		t.Errorf("errors.As finds %v", hr)
	}
	var e *com.Error
	if !errors.As(errors.Join(io.EOF, err), &e) || e.Err != context.DeadlineExceeded {
		t.Errorf("errors.As finds %v", e)
	}
}

// An E_NOINTERFACE explains itself: see types_resolve.go.
func TestError_OfQueryInterface(t *testing.T) {
	_, err := com.QueryInterface(context.Background(), &calculator{}, &iidLog)
	for _, want := range []string{"ILog.QueryInterface", "(step interface)", "E_NOINTERFACE",
		"*oxid/com_test.calculator: it has no method Log(context.Context, string) error"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in: %v", want, err)
		}
	}
}
