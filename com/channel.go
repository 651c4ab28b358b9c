package com

import "context"

// NDR_LOCAL_DATA_REPRESENTATION is the data representation label of everything
// that oxid writes: little-endian integers, ASCII, IEEE floats (C706 14.1).
const NDR_LOCAL_DATA_REPRESENTATION uint32 = 0x10

// RPCOLEMESSAGE is one request or one reply between a proxy or stub and the
// channel. It belongs to the channel that handed it out, and is valid until
// FreeBuffer (client) or until Invoke returns (server).
//
// Buffer holds the parameters alone: the channel writes and reads the ORPC
// headers. Encode by appending to Buffer, which has length 0 when GetBuffer
// hands it out, and store the result back.
type RPCOLEMESSAGE struct {
	Buffer   []byte
	Pointers PointerMarshaler // marshals interface pointers inside the parameters
	Op       uint32           // the method's vtable slot: 3 is the first after IUnknown's (CF-199)
	DataRep  uint32           // data representation label of Buffer; 0x10 is little-endian (C706 14.1)
	NDR64    bool             // transfer syntax: NDR64 instead of NDR 2.0
	Align    uint8            // offset of Buffer[0] from a multiple of 8 in the stub data, 0 to 7
	Reserved any              // the channel's own; neither read nor changed by anybody else (CF-229)
	// ErrorInfo is what came with the reply to a method that failed; nil for
	// most. A proxy that finds a failure code at the end of the reply makes it
	// part of its error.
	ErrorInfo *ErrorInfo
}

// IRpcChannelBuffer carries the calls of one interface proxy, or one incoming
// call of a stub (CF-222 to CF-232). A client channel is safe for concurrent
// calls; a stub's channel serves the one call it was given for.
type IRpcChannelBuffer interface {
	// GetBuffer hands out a message with an empty Buffer of at least size bytes
	// of capacity. On a client it begins a request of method op; on a stub it
	// begins the reply.
	GetBuffer(ctx context.Context, op uint32, size int) (*RPCOLEMESSAGE, error)
	// SendReceive sends the request and replaces Buffer and its description by
	// the reply's. After an error the message is gone: do not call FreeBuffer.
	// Stubs never call it.
	SendReceive(ctx context.Context, m *RPCOLEMESSAGE) error
	// FreeBuffer ends the use of a message. Stubs never call it.
	FreeBuffer(m *RPCOLEMESSAGE)
	// GetDestCtx tells where the other side is.
	GetDestCtx() MSHCTX
	// IsConnected reports whether the other side may still be there. False is
	// definite, true is not (CF-226).
	IsConnected() bool
}

// PointerMarshaler writes and reads interface pointers inside a message. It
// deals in bytes so that com needs no encoding of its own: ndr wraps what it
// writes as an MInterfacePointer ([MS-DCOM] 2.2.14).
type PointerMarshaler interface {
	// AppendInterface appends an OBJREF for v, marshaled as d, to b. v is not nil.
	AppendInterface(ctx context.Context, b []byte, d *Desc, v any) ([]byte, error)
	// ReadInterface returns the object that the OBJREF in b stands for, as an
	// interface of type d. Bytes behind the OBJREF are ignored.
	ReadInterface(ctx context.Context, b []byte, d *Desc) (any, error)
}

// IRpcProxyBuffer is the proxy manager's side of an interface proxy. Every
// [*Proxy] is one.
type IRpcProxyBuffer interface {
	// Connect attaches the channel; it is called once, before the first method.
	Connect(ch IRpcChannelBuffer) error
	// Disconnect detaches the channel: later methods fail with CO_E_OBJNOTCONNECTED.
	Disconnect()
}

// IRpcStubBuffer is an interface stub: it unmarshals a request, calls the
// object and marshals the reply (CF-181 to CF-204).
type IRpcStubBuffer interface {
	// Connect points the stub to server, whose interface it takes; the old
	// server is let go even when the new one lacks the interface (CF-185).
	Connect(ctx context.Context, server any) error
	// Disconnect lets the server go. It may be called more than once.
	Disconnect()
	// Invoke serves one call. The reply is the message that ch.GetBuffer handed
	// out. An error becomes a fault with its HRESULT; a method's own failure is
	// part of the reply and no error.
	Invoke(ctx context.Context, m *RPCOLEMESSAGE, ch IRpcChannelBuffer) error
	// IsIIDSupported returns a stub that serves iid, often the receiver itself,
	// or nil (CF-200).
	IsIIDSupported(iid *IID) IRpcStubBuffer
	// CountRefs returns the number of references that the stub holds on the
	// server: 0 when it is not connected (CF-202).
	CountRefs() uint32
}

// IPSFactoryBuffer makes the proxies and stubs of one or more interfaces.
type IPSFactoryBuffer interface {
	// CreateProxy makes an interface proxy aggregated into outer. itf is the
	// value that clients will hold: its methods delegate to the channel, its
	// identity is outer's.
	CreateProxy(ctx context.Context, outer any, d *Desc) (itf any, buf IRpcProxyBuffer, err error)
	// CreateStub makes a stub of d for server; a nil server makes an
	// unconnected one (CF-183). E_NOINTERFACE when server lacks d (CF-182).
	CreateStub(ctx context.Context, d *Desc, server any) (IRpcStubBuffer, error)
}
