package com

import "context"

// IID_IChannelHook identifies [IChannelHook] (COM headers).
var IID_IChannelHook = MustGUID("1008c4a0-7613-11cf-9af1-0020af6e72f4")

// ChannelHookCallInfo describes the call that a channel hook sees,
// SChannelHookCallInfo (CF-285). It is valid until the hook's method returns.
type ChannelHookCallInfo struct {
	IID       IID
	Causality CID
	ServerPID uint32 // process of the server; 0 when it is another machine's or unknown
	Method    uint32 // the method's vtable slot; internal calls of IRemUnknown are seen too (CF-286)
	// Object is the object on the server, and the proxy manager in ClientNotify
	// of a proxy's call; nil otherwise (CF-288, CF-289).
	Object any
}

// IChannelHook sees every call of a runtime, as client and as server, and adds
// data to it: an extent, which travels under the GUID that the hook was
// registered with. For one call the methods are called in the order in which
// they are listed (CF-283). They run on the goroutine of the call, must be safe
// for concurrent use, and fast. A panic is logged and counts as a return.
type IChannelHook interface {
	// ClientGetSize returns the number of bytes that the hook wants to send
	// with the request; 0 sends no extent.
	ClientGetSize(ctx context.Context, extent GUID, call *ChannelHookCallInfo) int
	// ClientFillBuffer fills buf, which has that size, and returns the number
	// of bytes that are used. It is not called for size 0.
	ClientFillBuffer(ctx context.Context, extent GUID, call *ChannelHookCallInfo, buf []byte) int
	// ServerNotify is told of a request before its method runs. data is what
	// the client's hook sent, without padding (CF-291), empty when it sent
	// nothing, and valid until the method returns; it comes from a stranger.
	ServerNotify(ctx context.Context, extent GUID, call *ChannelHookCallInfo, data []byte)
	// ServerGetSize and ServerFillBuffer do for the reply what the client's
	// methods do for the request. A fault carries no extents: they are not
	// called for one.
	ServerGetSize(ctx context.Context, extent GUID, call *ChannelHookCallInfo) int
	ServerFillBuffer(ctx context.Context, extent GUID, call *ChannelHookCallInfo, buf []byte) int
	// ClientNotify is told how the call ended: data is what the server's hook
	// sent, fault S_OK or the code of a call that brought no reply.
	ClientNotify(ctx context.Context, extent GUID, call *ChannelHookCallInfo, data []byte, fault HRESULT)
}

// ChannelHook is an [IChannelHook] that does nothing: embed it to write the
// methods of interest alone.
type ChannelHook struct{}

// ClientGetSize implements [IChannelHook].
func (ChannelHook) ClientGetSize(context.Context, GUID, *ChannelHookCallInfo) int { return 0 }

// ClientFillBuffer implements [IChannelHook].
func (ChannelHook) ClientFillBuffer(context.Context, GUID, *ChannelHookCallInfo, []byte) int {
	return 0
}

// ServerNotify implements [IChannelHook].
func (ChannelHook) ServerNotify(context.Context, GUID, *ChannelHookCallInfo, []byte) {}

// ServerGetSize implements [IChannelHook].
func (ChannelHook) ServerGetSize(context.Context, GUID, *ChannelHookCallInfo) int { return 0 }

// ServerFillBuffer implements [IChannelHook].
func (ChannelHook) ServerFillBuffer(context.Context, GUID, *ChannelHookCallInfo, []byte) int {
	return 0
}

// ClientNotify implements [IChannelHook].
func (ChannelHook) ClientNotify(context.Context, GUID, *ChannelHookCallInfo, []byte, HRESULT) {}
