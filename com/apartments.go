package com

import (
	"context"
	"time"
)

// COINIT tells which apartment CoInitializeEx joins.
type COINIT uint32

// Threading models (COM API, COINIT). All other bits are of no meaning here.
const (
	COINIT_MULTITHREADED     COINIT = 0x0
	COINIT_APARTMENTTHREADED COINIT = 0x2
)

// APTTYPEQUALIFIER says more about the apartment that code runs in.
type APTTYPEQUALIFIER int32

// Qualifiers of an apartment (COM API, APTTYPEQUALIFIER).
const (
	APTTYPEQUALIFIER_NONE               APTTYPEQUALIFIER = 0
	APTTYPEQUALIFIER_IMPLICIT_MTA       APTTYPEQUALIFIER = 1 // the context names no apartment, and there is an MTA
	APTTYPEQUALIFIER_NA_ON_MTA          APTTYPEQUALIFIER = 2 // neutral, called from the MTA
	APTTYPEQUALIFIER_NA_ON_STA          APTTYPEQUALIFIER = 3 // neutral, called from a single-threaded apartment
	APTTYPEQUALIFIER_NA_ON_IMPLICIT_MTA APTTYPEQUALIFIER = 4
	APTTYPEQUALIFIER_NA_ON_MAINSTA      APTTYPEQUALIFIER = 5
)

// COWAIT_FLAGS tells what a wait for several events waits for.
type COWAIT_FLAGS uint32

// Ways of waiting (COM API, COWAIT_FLAGS). Calls are dispatched in any case.
const (
	COWAIT_DEFAULT        COWAIT_FLAGS = 0
	COWAIT_WAITALL        COWAIT_FLAGS = 1 // for all of them, not for the first
	COWAIT_DISPATCH_CALLS COWAIT_FLAGS = 8
)

// RPC_C_CANCEL_INFINITE_TIMEOUT lets a cancelled call go on until its server
// has answered.
const RPC_C_CANCEL_INFINITE_TIMEOUT time.Duration = -1

// Identifiers of call control (COM headers).
var (
	IID_ICancelMethodCalls = tail46(0x029)
	IID_ISynchronize       = tail46(0x030)
	CLSID_ManualResetEvent = tail46(0x32C)
)

// ISynchronize is an event, or a call in progress, that can be waited for
// (CF-281).
type ISynchronize interface {
	// Wait returns nil once the event is signalled, and RPC_S_CALLPENDING when
	// ctx ends first. Inside a single-threaded apartment it serves the calls
	// that come in meanwhile.
	Wait(ctx context.Context) error
	// Signal and Reset set and clear the event. A call in progress signals
	// itself.
	Signal() error
	Reset() error
}

// ICancelMethodCalls cancels calls, or tells a server whether its call was
// cancelled (CF-276).
type ICancelMethodCalls interface {
	// Cancel ends the calls in progress with RPC_E_CALL_CANCELED, and asks their
	// servers to stop, unless they are answered within wait. With
	// RPC_C_CANCEL_INFINITE_TIMEOUT they go on until they are.
	Cancel(wait time.Duration) error
	// TestCancel returns RPC_S_CALLPENDING while the call may go on,
	// RPC_E_CALL_CANCELED once it was cancelled, RPC_E_CALL_COMPLETE when it is
	// over.
	TestCancel() error
}

// Descriptors of call control; these interfaces never travel.
var (
	CancelMethodCallsDesc = Register[ICancelMethodCalls](Desc{IID: IID_ICancelMethodCalls, Name: "ICancelMethodCalls", Local: true,
		Methods: []string{"Cancel", "TestCancel"}})
	SynchronizeDesc = Register[ISynchronize](Desc{IID: IID_ISynchronize, Name: "ISynchronize", Local: true,
		Methods: []string{"Wait", "Signal", "Reset"}})
)
