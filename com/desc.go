package com

import (
	"reflect"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
)

// Desc describes one interface: its IID, its Go type and how to make its
// proxy and its stub. Generated code registers one for each interface in a
// package variable; a Desc is immutable after that.
type Desc struct {
	IID  IID
	Name string // as in the IDL: "ICalc"
	// Base describes the interface that this one is derived from; nil stands
	// for IUnknown. A stub of this interface serves Base's methods too.
	Base *Desc
	// Methods are the names of the interface's own methods in vtable order,
	// for errors and traces.
	Methods []string
	// InputSync are those of Methods that are marked [input_sync]: message filters
	// cannot turn calls of them away, and while one runs in a single-threaded
	// apartment it calls nothing but its like in other apartments.
	InputSync []string
	// Local marks an interface that is never remoted: it has no proxy and no stub.
	Local bool
	// NewProxy makes an unconnected proxy: the value that clients hold and the
	// Proxy embedded in it.
	NewProxy func() (itf any, p *Proxy)
	// NewStub makes an unconnected stub.
	NewStub func() IRpcStubBuffer
	// SetLocal lets v answer the proxy's calls in this process (handlers). It
	// reports whether v has the interface.
	SetLocal func(itf, v any) bool

	typ      reflect.Type // the Go interface type, set by Register
	firstOp  int          // opnum of Methods[0]
	derivesN int          // number of bases
}

// Type returns the Go interface type that d was registered for.
func (d *Desc) Type() reflect.Type { return d.typ }

// FirstOp returns the opnum of the interface's first own method.
func (d *Desc) FirstOp() int { return d.firstOp }

// NumOps returns the number of vtable slots, IUnknown's three and all bases' included.
func (d *Desc) NumOps() int { return d.firstOp + len(d.Methods) }

// InputSynchronized reports whether the method at opnum op, of the interface or
// one that it is derived from, is marked [input_sync].
func (d *Desc) InputSynchronized(op uint32) bool {
	for x := d; x != nil; x = x.Base {
		if i := int(op) - x.firstOp; len(x.InputSync) > 0 && i >= 0 && i < len(x.Methods) {
			return slices.Contains(x.InputSync, x.Methods[i])
		}
	}
	return false
}

// unknownMethods are the vtable slots that every interface begins with.
var unknownMethods = [3]string{"QueryInterface", "AddRef", "Release"}

// MethodName returns the name of the method at opnum op, or "opnum N".
func (d *Desc) MethodName(op uint32) string {
	if op < uint32(len(unknownMethods)) {
		return unknownMethods[op]
	}
	for x := d; x != nil; x = x.Base {
		if i := int(op) - x.firstOp; i >= 0 && i < len(x.Methods) {
			return x.Methods[i]
		}
	}
	return "opnum " + strconv.FormatUint(uint64(op), 10)
}

// DerivesFrom reports whether iid is d's own IID or one of its bases' or IUnknown's.
func (d *Desc) DerivesFrom(iid *IID) bool {
	for x := d; x != nil; x = x.Base {
		if x.IID == *iid {
			return true
		}
	}
	return *iid == IID_IUnknown
}

// registry is the one piece of global state in oxid: what the program was
// compiled with. It is read without locks and copied on write.
type registry struct {
	all    []*Desc // in order of registration
	byType map[reflect.Type]*Desc
	byIID  map[IID][]*Desc
}

var (
	registryMu sync.Mutex
	current    atomic.Pointer[registry]
)

func init() { current.CompareAndSwap(nil, &registry{}) }

func loadRegistry() *registry {
	if r := current.Load(); r != nil {
		return r
	}
	return &registry{} // package variables of com itself run before init
}

// Register adds the interface T to the registry of compiled-in interfaces and
// returns its descriptor. Generated code calls it from a package variable. Two
// packages generated for one IID coexist, each with its own Go type; Register
// never panics: registering one Go type twice returns the first descriptor.
func Register[T any](d Desc) *Desc {
	t := reflect.TypeFor[T]()
	registryMu.Lock()
	defer registryMu.Unlock()
	old := loadRegistry()
	if have := old.byType[t]; have != nil {
		return have
	}
	nd := d
	nd.typ = t
	nd.firstOp = 3
	if d.Base != nil {
		nd.firstOp = d.Base.NumOps()
		nd.derivesN = d.Base.derivesN + 1
	}
	next := &registry{
		byType: make(map[reflect.Type]*Desc, len(old.byType)+1),
		byIID:  make(map[IID][]*Desc, len(old.byIID)+1),
	}
	for k, v := range old.byType {
		next.byType[k] = v
	}
	for k, v := range old.byIID {
		next.byIID[k] = v
	}
	next.all = append(old.all[:len(old.all):len(old.all)], &nd)
	next.byType[t] = &nd
	have := next.byIID[nd.IID]
	next.byIID[nd.IID] = append(have[:len(have):len(have)], &nd)
	current.Store(next)
	return &nd
}

// DescOf returns the descriptor of the interface type T, or nil when T is not
// a registered interface.
func DescOf[T any]() *Desc { return loadRegistry().byType[reflect.TypeFor[T]()] }

// DescByType is [DescOf] for a type known at run time.
func DescByType(t reflect.Type) *Desc { return loadRegistry().byType[t] }

// DescsByIID returns every registered descriptor of iid, in order of
// registration. The caller must not change the slice.
func DescsByIID(iid *IID) []*Desc { return loadRegistry().byIID[*iid] }

// Provide adds the proxy and the stub of an interface that was registered
// without: an interface of this package, whose code needs an encoding that com
// does not know. It returns d. The first provider wins. Call it from package
// initialisation only, before the program's own code runs.
func (d *Desc) Provide(newProxy func() (itf any, p *Proxy), newStub func() IRpcStubBuffer) *Desc {
	registryMu.Lock()
	defer registryMu.Unlock()
	if d.NewProxy == nil && d.NewStub == nil {
		d.NewProxy, d.NewStub = newProxy, newStub
	}
	return d
}

// allDescs returns every registered descriptor, in order of registration.
func allDescs() []*Desc { return loadRegistry().all }

// Unknown stands for an IUnknown* parameter: any Go value that is an object.
type Unknown any

// UnknownDesc describes IUnknown itself. It has no methods of its own and
// needs no proxy or stub of its own (CF-011).
var UnknownDesc = Register[Unknown](Desc{IID: IID_IUnknown, Name: "IUnknown"})
