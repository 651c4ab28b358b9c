package com

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"oxid/step"
)

// Error is the error of every oxid operation that can fail for more than one
// reason. Match its code with errors.Is(err, com.E_ACCESSDENIED), the
// underlying cause (a net.Error, context.DeadlineExceeded, a DCE/RPC fault)
// with errors.Is and errors.As as well.
//
// An Error is immutable once returned and safe for concurrent use.
type Error struct {
	HRESULT   HRESULT   // what a COM program would have been told
	Step      step.Step // how far the operation got
	Peer      string    // address or name of the other side; "" inside one process
	Interface string    // interface name, or its IID when no name is known; may be ""
	Method    string    // method name, or "opnum 7"; may be ""
	Attempts  []Attempt // everything that was tried, in order; may be nil
	Hint      string    // one sentence on what to do about it; may be ""
	Err       error     // the cause; may be nil
	// Info is what the server's method said of its failure; nil for most.
	Info *ErrorInfo
}

// Attempt is one of several ways that an operation tried.
type Attempt struct {
	Step   step.Step
	Target string // address, binding or method that was tried
	Err    error
}

// Error returns one sentence that a person can act on.
func (e *Error) Error() string {
	var b strings.Builder
	switch {
	case e.Interface != "" && e.Method != "":
		fmt.Fprintf(&b, "%s.%s", e.Interface, e.Method)
	case e.Interface != "":
		b.WriteString(e.Interface)
	case e.Method != "":
		b.WriteString(e.Method)
	default:
		b.WriteString("oxid")
	}
	if e.Peer != "" {
		fmt.Fprintf(&b, " at %s", e.Peer)
	}
	if e.Step != "" {
		fmt.Fprintf(&b, " (step %s)", e.Step)
	}
	fmt.Fprintf(&b, ": %s", e.HRESULT.Error())
	if e.Info != nil {
		b.WriteString(e.Info.text())
	}
	if e.Err != nil {
		if _, same := e.Err.(HRESULT); !same {
			fmt.Fprintf(&b, ": %v", e.Err)
		}
	}
	for i, a := range e.Attempts {
		if i == 0 {
			b.WriteString("; tried ")
		} else {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%s (%s): %v", a.Target, a.Step, a.Err)
	}
	if e.Hint != "" {
		fmt.Fprintf(&b, ". Hint: %s", e.Hint)
	}
	return b.String()
}

// Unwrap gives errors.Is and errors.As the code and every cause.
func (e *Error) Unwrap() []error {
	errs := make([]error, 0, 2+len(e.Attempts))
	errs = append(errs, e.HRESULT)
	if e.Err != nil {
		errs = append(errs, e.Err)
	}
	for _, a := range e.Attempts {
		if a.Err != nil {
			errs = append(errs, a.Err)
		}
	}
	return errs
}

// contextHRESULT maps what is neither an HRESULT nor an *Error.
func contextHRESULT(err error) HRESULT {
	switch {
	case errors.Is(err, context.Canceled):
		return RPC_E_CALL_CANCELED
	case errors.Is(err, context.DeadlineExceeded):
		return RPC_E_TIMEOUT
	}
	return E_FAIL
}
