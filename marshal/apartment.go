package marshal

import (
	"context"
	"slices"
	"sync"

	"oxid/com"
	"oxid/internal/table"
	"oxid/orpc"
)

// Apartment is where objects live and where proxies may be used: an object
// exporter with its OXID, its Remote Unknown and its tables. A runtime has at
// most one multithreaded and one neutral apartment, and any number of
// single-threaded ones.
type Apartment struct {
	rt         *Runtime
	kind       com.APTTYPE
	id         uint16
	oxid       orpc.OXID
	remUnknown *interfaceStub
	exporter   Exporter
	sta        *sta // nil unless the apartment is single-threaded

	register sync.Mutex // held while the exporter is being registered

	// mu guards everything below, and the counts of stub managers and proxy
	// managers of this apartment. No application code runs and nothing is sent
	// while it is held.
	mu         sync.Mutex
	registered bool
	resAddr    orpc.PackedBindings
	objects    *table.Table[any, stubManager]        // by identity: (Go type, pointer)
	remotes    *table.Table[remoteKey, remoteObject] // objects elsewhere that this apartment has proxies of
	locked     map[*proxyManager][]any               // hand-outs that CoLockObjectExternal keeps; usually nil
	closed     bool
}

// remoteKey is the identity of an object elsewhere (CF-143).
type remoteKey struct {
	oxid orpc.OXID
	oid  orpc.OID
}

// newApartment makes an apartment. Of the multithreaded and of the neutral one
// there is one each, which is returned when it is there already.
func (rt *Runtime) newApartment(kind com.APTTYPE) (*Apartment, error) {
	a := &Apartment{
		rt: rt, kind: kind,
		oxid:    orpc.NewID[orpc.OXID](),
		objects: table.New(func(m *stubManager) any { return m.obj }),
		remotes: table.New((*remoteObject).key),
	}
	a.exporter.apt = a
	rt.mu.Lock()
	defer rt.mu.Unlock()
	if rt.closed {
		return nil, com.CO_E_NOTINITIALIZED
	}
	only := rt.only(kind)
	if only != nil && *only != nil {
		return *only, nil
	}
	if kind == com.APTTYPE_STA {
		a.sta = &sta{apt: a}
		if rt.mainSTA == nil {
			a.kind, only = com.APTTYPE_MAINSTA, &rt.mainSTA
		}
	}
	a.id = rt.nextID
	rt.nextID++
	if err := a.makeRemUnknown(); err != nil {
		return nil, err
	}
	rt.apts[a.oxid] = a
	if only != nil {
		*only = a
	}
	return a, nil
}

// only returns where the runtime keeps its only apartment of a kind; nil for a
// kind of which there may be many. rt.mu is held.
func (rt *Runtime) only(kind com.APTTYPE) **Apartment {
	switch kind {
	case com.APTTYPE_MTA:
		return &rt.mta
	case com.APTTYPE_NA:
		return &rt.nta
	case com.APTTYPE_MAINSTA:
		return &rt.mainSTA
	}
	return nil
}

// apartments returns the apartments of the runtime.
func (rt *Runtime) apartments() []*Apartment {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	list := make([]*Apartment, 0, len(rt.apts))
	for _, a := range rt.apts {
		list = append(list, a)
	}
	return list
}

// ready registers the exporter with its resolver once. It fails as often as
// the registrar does, so that a daemon that comes up later is found.
func (a *Apartment) ready(ctx context.Context) error {
	a.mu.Lock()
	done := a.registered || a.rt.opt.Registrar == nil
	a.mu.Unlock()
	if done {
		return nil
	}
	a.register.Lock()
	defer a.register.Unlock()
	a.mu.Lock()
	done = a.registered
	a.mu.Unlock()
	if done {
		return nil
	}
	resAddr, err := a.rt.opt.Registrar.RegisterExporter(ctx, &a.exporter)
	if err != nil {
		return err
	}
	a.mu.Lock()
	a.resAddr, a.registered = resAddr, true
	a.mu.Unlock()
	return nil
}

// Runtime returns the runtime that a is part of.
func (a *Apartment) Runtime() *Runtime { return a.rt }

// Kind returns the kind of the apartment.
func (a *Apartment) Kind() com.APTTYPE { return a.kind }

// OXID returns the identifier of the apartment's object exporter.
func (a *Apartment) OXID() orpc.OXID { return a.oxid }

// Exporter returns the apartment as resolvers and activators see it.
func (a *Apartment) Exporter() *Exporter { return &a.exporter }

// Close ends the apartment: proxies are disconnected and their references given
// back (CF-032), objects are let go (CF-029, CF-030), class objects revoked. In
// a single-threaded apartment calls that are running complete first, and those
// that wait are refused; a method that closes its own apartment does so at once.
// When ctx ends earlier its error is returned, and what was still running goes
// on. Closing again has no effect.
func (a *Apartment) Close(ctx context.Context) error {
	if a.sta != nil {
		return a.sta.end(ctx)
	}
	a.close(ctx)
	return nil
}

// close lets go of everything that the apartment has.
func (a *Apartment) close(ctx context.Context) {
	a.mu.Lock()
	if a.closed {
		a.mu.Unlock()
		return
	}
	a.closed, a.locked = true, nil // what was locked is disconnected with the rest
	dead := slices.Collect(a.objects.All())
	for _, m := range dead {
		if m.strong > 0 {
			m.note(extNote{closes: false})
		}
		m.strong, m.held, m.weak = 0, 0, 0
		a.bury(m)
	}
	remotes := slices.Collect(a.remotes.All())
	a.mu.Unlock()
	for _, ro := range remotes {
		ro.disconnect()
	}
	for _, m := range dead {
		m.tell(ctx)
		m.close(ctx)
	}
	a.rt.ended(ctx, a)
	a.rt.ipids.remove(a.remUnknown)
	a.forget()
	if r := a.rt.opt.Registrar; r != nil {
		r.RevokeExporter(ctx, &a.exporter)
	}
}

// forget makes room for another apartment of the same kind. The OXID stays
// known, so that packets which name it are told from a stranger's.
func (a *Apartment) forget() {
	a.rt.mu.Lock()
	defer a.rt.mu.Unlock()
	if only := a.rt.only(a.kind); only != nil && *only == a {
		*only = nil
	}
}
