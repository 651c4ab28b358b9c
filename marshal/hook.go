package marshal

import (
	"context"
	"os"
	"slices"
	"sync"
	"sync/atomic"

	"oxid/com"
	"oxid/orpc"
)

// hookTable are the channel hooks of a runtime. It is immutable: a registration
// publishes a new one, and calls in progress keep the one that they began with.
type hookTable struct{ list []hookEntry }

type hookEntry struct {
	extent com.GUID
	hook   com.IChannelHook
}

// channelHooks is the current table; nil when there are no hooks.
type channelHooks struct {
	atomic.Pointer[hookTable]
	mu sync.Mutex // held while a table is being made
}

// CoRegisterChannelHook makes hook see every call of the runtime, as client and
// as server, and send data under the GUID extent (CF-292). Each GUID has one
// hook: another one replaces it, nil removes it. Calls in progress go on with
// the hooks that they began with. Without any hook a call pays nothing.
func (rt *Runtime) CoRegisterChannelHook(extent com.GUID, hook com.IChannelHook) error {
	if extent.IsZero() {
		return com.E_INVALIDARG
	}
	rt.hooks.mu.Lock()
	defer rt.hooks.mu.Unlock()
	old := rt.hooks.Load()
	next := new(hookTable)
	if old != nil {
		next.list = slices.DeleteFunc(slices.Clone(old.list), func(e hookEntry) bool { return e.extent == extent })
	}
	if hook != nil {
		if len(next.list) == orpc.MaxExtents {
			return com.RPC_E_OUT_OF_RESOURCES
		}
		next.list = append(next.list, hookEntry{extent, hook})
	}
	if len(next.list) == 0 {
		next = nil
	}
	rt.hooks.Store(next)
	switch {
	case old == nil && next != nil:
		rt.attention.Add(1)
	case old != nil && next == nil:
		rt.attention.Add(-1)
	}
	return nil
}

// clientExtents asks the hooks for what goes with a request.
func (t *hookTable) clientExtents(ctx context.Context, rt *Runtime, info *com.ChannelHookCallInfo, list []orpc.Extent) ([]orpc.Extent, error) {
	for _, e := range t.list {
		var data []byte
		rt.protect(ctx, "IChannelHook.ClientGetSize", func() {
			if n := e.hook.ClientGetSize(ctx, e.extent, info); n > 0 && n <= orpc.MaxExtentsSize {
				buf := make([]byte, n)
				data = buf[:clamp(e.hook.ClientFillBuffer(ctx, e.extent, info, buf), n)]
			}
		})
		if data != nil {
			list = append(list, orpc.Extent{ID: e.extent, Data: data})
		}
	}
	return list, orpc.CheckExtents(list)
}

// serverNotify tells the hooks of a request.
func (t *hookTable) serverNotify(ctx context.Context, rt *Runtime, info *com.ChannelHookCallInfo, list []orpc.Extent) {
	for _, e := range t.list {
		data, _ := orpc.FindExtent(list, e.extent)
		rt.protect(ctx, "IChannelHook.ServerNotify", func() { e.hook.ServerNotify(ctx, e.extent, info, data) })
	}
}

// serverExtents asks the hooks for what goes with a reply.
func (t *hookTable) serverExtents(ctx context.Context, rt *Runtime, info *com.ChannelHookCallInfo, list []orpc.Extent) ([]orpc.Extent, error) {
	for _, e := range t.list {
		var data []byte
		rt.protect(ctx, "IChannelHook.ServerGetSize", func() {
			if n := e.hook.ServerGetSize(ctx, e.extent, info); n > 0 && n <= orpc.MaxExtentsSize { // CF-284
				buf := make([]byte, n)
				data = buf[:clamp(e.hook.ServerFillBuffer(ctx, e.extent, info, buf), n)]
			}
		})
		if data != nil {
			list = append(list, orpc.Extent{ID: e.extent, Data: data})
		}
	}
	return list, orpc.CheckExtents(list)
}

// clientNotify tells the hooks how a call ended.
func (t *hookTable) clientNotify(ctx context.Context, rt *Runtime, info *com.ChannelHookCallInfo, list []orpc.Extent, err error) {
	fault := com.HRESULTOf(err)
	for _, e := range t.list {
		data, _ := orpc.FindExtent(list, e.extent)
		rt.protect(ctx, "IChannelHook.ClientNotify", func() { e.hook.ClientNotify(ctx, e.extent, info, data, fault) })
	}
}

func clamp(n, most int) int { return max(0, min(n, most)) }

// hooked lets the hooks see an internal call between two apartments of the
// process, which has no message of its own (CF-286).
func (rt *Runtime) hooked(ctx context.Context, op uint32, object any, call func()) {
	t := rt.hooks.Load()
	if t == nil {
		call()
		return
	}
	info := com.ChannelHookCallInfo{IID: com.IID_IRemUnknown, Causality: causality(ctx), Method: op, ServerPID: ownPID}
	sent, err := t.clientExtents(ctx, rt, &info, nil)
	if err != nil {
		rt.log.WarnContext(ctx, "extents of channel hooks were dropped", "err", err)
		sent = nil
	}
	server := info
	server.Object = object
	t.serverNotify(ctx, rt, &server, sent)
	call()
	back, err := t.serverExtents(ctx, rt, &server, nil)
	if err != nil {
		rt.log.WarnContext(ctx, "extents of channel hooks were dropped", "err", err)
		back = nil
	}
	t.clientNotify(ctx, rt, &info, back, nil)
}

// ownPID is the number of this process for channel hooks.
var ownPID = uint32(os.Getpid())

// serverPID returns the number of the exporter's process, as far as it is known.
func (x *clientExporter) serverPID() uint32 {
	if x.home != nil {
		return ownPID
	}
	return 0
}
