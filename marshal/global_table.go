package marshal

import (
	"context"
	"sync"

	"oxid/com"
)

// IGlobalInterfaceTable keeps objects reachable from every apartment of a
// process by a number (COM API; CF-314 to CF-324). It is an agile object:
// create it anywhere as com.CLSID_StdGlobalTable, or take [Runtime.GlobalTable].
//
// The apartment that registers an object must outlive the registration
// (CF-322). All methods are safe for concurrent use.
type IGlobalInterfaceTable interface {
	// RegisterInterfaceInGlobal holds obj, which may be a proxy, as a
	// table-strong packet does, and returns its cookie, which is not 0. obj
	// belongs to the apartment of ctx and must have interface iid. An object
	// marked INoMarshal is CO_E_NOT_SUPPORTED.
	RegisterInterfaceInGlobal(ctx context.Context, obj any, iid *com.IID) (cookie uint32, err error)
	// RevokeInterfaceFromGlobal lets the object go; it may be called in any
	// apartment. An unknown cookie is E_INVALIDARG.
	RevokeInterfaceFromGlobal(ctx context.Context, cookie uint32) error
	// GetInterfaceFromGlobal returns interface iid of the object for use in the
	// apartment of ctx: the object itself where it lives, and where it is agile,
	// else a proxy, which is the caller's to release. It may be called any number
	// of times. An unknown cookie is E_INVALIDARG.
	GetInterfaceFromGlobal(ctx context.Context, cookie uint32, iid *com.IID) (any, error)
}

// GlobalInterfaceTableDesc describes [IGlobalInterfaceTable].
var GlobalInterfaceTableDesc = com.Register[IGlobalInterfaceTable](com.Desc{
	IID: com.IID_IGlobalTable, Name: "IGlobalInterfaceTable", Local: true,
	Methods: []string{"RegisterInterfaceInGlobal", "RevokeInterfaceFromGlobal", "GetInterfaceFromGlobal"},
})

// GlobalTable returns the global interface table of the process.
func (rt *Runtime) GlobalTable() IGlobalInterfaceTable { return &rt.git }

// globalTable is the global interface table of a runtime.
type globalTable struct {
	rt *Runtime

	mu   sync.Mutex
	by   map[uint32]*anchor
	last uint32
}

// COMInterfaces implements [com.Lister].
func (t *globalTable) COMInterfaces() []com.Entry {
	return []com.Entry{com.EntryOf[IGlobalInterfaceTable](t), com.EntryOf[com.IAgileObject](t)}
}

// RegisterInterfaceInGlobal implements [IGlobalInterfaceTable].
func (t *globalTable) RegisterInterfaceInGlobal(ctx context.Context, obj any, iid *com.IID) (uint32, error) {
	a, err := t.rt.apartment(ctx)
	if err != nil {
		return 0, err
	}
	x, err := a.newAnchor(ctx, obj, iid, com.MSHLFLAGS_TABLESTRONG, false)
	if err != nil {
		return 0, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.by == nil {
		t.by = map[uint32]*anchor{}
	}
	return nextCookie(&t.last, t.by, x), nil
}

// nextCookie files x under a number that is not 0 and not in use. A table of
// four thousand million entries is beyond any memory, so there is one.
func nextCookie[T any](last *uint32, by map[uint32]T, x T) uint32 {
	for {
		*last++
		if _, taken := by[*last]; *last != 0 && !taken {
			by[*last] = x
			return *last
		}
	}
}

// RevokeInterfaceFromGlobal implements [IGlobalInterfaceTable].
func (t *globalTable) RevokeInterfaceFromGlobal(_ context.Context, cookie uint32) error {
	t.mu.Lock()
	x := t.by[cookie]
	delete(t.by, cookie)
	t.mu.Unlock()
	if x == nil {
		return com.E_INVALIDARG // CF-320
	}
	x.release()
	return nil
}

// GetInterfaceFromGlobal implements [IGlobalInterfaceTable].
func (t *globalTable) GetInterfaceFromGlobal(ctx context.Context, cookie uint32, iid *com.IID) (any, error) {
	if iid == nil {
		return nil, com.E_INVALIDARG
	}
	a, err := t.rt.apartment(ctx)
	if err != nil {
		return nil, err
	}
	if err := a.usable(); err != nil { // CF-316
		return nil, err
	}
	t.mu.Lock()
	x := t.by[cookie]
	t.mu.Unlock()
	if x == nil {
		return nil, com.E_INVALIDARG
	}
	return x.resolve(a.inside(ctx), a, iid)
}
