package com

import (
	"context"
	"time"
)

// CALLTYPE tells in which situation of a single-threaded apartment a call
// arrives.
type CALLTYPE uint32

// Situations of an incoming call (COM API, CALLTYPE). The runtime knows no
// asynchronous calls in the sense of IAdviseSink, so it never reports those.
const (
	CALLTYPE_TOPLEVEL             CALLTYPE = 1 // nothing runs in the apartment
	CALLTYPE_NESTED               CALLTYPE = 2 // on behalf of a call that the apartment waits for
	CALLTYPE_ASYNC                CALLTYPE = 3
	CALLTYPE_TOPLEVEL_CALLPENDING CALLTYPE = 4 // the apartment waits for another call
	CALLTYPE_ASYNC_CALLPENDING    CALLTYPE = 5
)

// SERVERCALL is what a message filter says to an incoming call, and what the
// caller's filter is told.
type SERVERCALL uint32

// Answers to an incoming call (COM API, SERVERCALL).
const (
	SERVERCALL_ISHANDLED  SERVERCALL = 0 // let it in
	SERVERCALL_REJECTED   SERVERCALL = 1 // the caller is told RPC_E_CALL_REJECTED
	SERVERCALL_RETRYLATER SERVERCALL = 2 // the caller is told RPC_E_SERVERCALL_RETRYLATER
)

// PENDINGTYPE tells how deep the outgoing call is that an apartment waits for.
type PENDINGTYPE uint32

// Depths of an outgoing call (COM API, PENDINGTYPE).
const (
	PENDINGTYPE_TOPLEVEL PENDINGTYPE = 1
	PENDINGTYPE_NESTED   PENDINGTYPE = 2 // made by a method that was itself called while the apartment waited
)

// PENDINGMSG is what a message filter says to work that is posted to its
// apartment while that waits for an outgoing call.
type PENDINGMSG uint32

// Answers to posted work (COM API, PENDINGMSG).
const (
	PENDINGMSG_CANCELCALL     PENDINGMSG = 0 // end the outgoing call with RPC_E_CALL_CANCELED
	PENDINGMSG_WAITNOPROCESS  PENDINGMSG = 1 // the work waits until the apartment is idle
	PENDINGMSG_WAITDEFPROCESS PENDINGMSG = 2 // the work is done now
)

// InterfaceInfo names the method that an incoming call is for.
type InterfaceInfo struct {
	Object any // the object that is called
	IID    IID
	Method uint32 // the method's vtable slot
}

// IMessageFilter decides for a single-threaded apartment which calls it takes
// and what it does while it waits (CF-297 to CF-308). Its methods run in the
// apartment, as everything there one at a time, and must return quickly. A
// panic counts as the answer of an apartment without a filter.
//
// Windows names the other side by a thread; here it is an address, "" inside
// one process.
type IMessageFilter interface {
	// HandleInComingCall decides on a call from peer. elapsed is the time since
	// the apartment's outgoing call began, 0 for CALLTYPE_TOPLEVEL. A nested
	// call is let in whatever the answer: COM requires it to be handled.
	HandleInComingCall(ctx context.Context, callType CALLTYPE, peer string, elapsed time.Duration, info *InterfaceInfo) SERVERCALL
	// RetryRejectedCall decides what becomes of an outgoing call that peer did
	// not take, for elapsed so far: a negative result gives it up with
	// RPC_E_CALL_REJECTED, less than 100 milliseconds repeats it at once, more
	// repeats it after that time. It is not asked about servers of other
	// machines (CF-300).
	RetryRejectedCall(ctx context.Context, peer string, elapsed time.Duration, rejectType SERVERCALL) time.Duration
	// MessagePending decides on work that arrives while the apartment has been
	// waiting for peer for elapsed.
	MessagePending(ctx context.Context, peer string, elapsed time.Duration, pendingType PENDINGTYPE) PENDINGMSG
}

// MessageFilterDesc describes IMessageFilter, which never travels.
var MessageFilterDesc = Register[IMessageFilter](Desc{IID: IID_IMessageFilter, Name: "IMessageFilter", Local: true,
	Methods: []string{"HandleInComingCall", "RetryRejectedCall", "MessagePending"}})
