package scm

import (
	"context"
	"slices"
	"sync"
	"time"

	"oxid/com"
	"oxid/orpc"
)

// resolver holds the tables of an object resolver: exporters by OXID, classes,
// ping sets and the objects in them ([MS-DCOM] 3.1.2.1). It is the same for one
// process and for a host.
type resolver struct {
	opt Options
	// bindings are those of the resolver itself: saResAddr of every reference.
	bindings orpc.PackedBindings
	// adoptUntil is when OIDs that nobody owns stop being accepted. A daemon that
	// was restarted hears of them before it hears of their exporters.
	adoptUntil time.Time
	// asking bounds how many calls ask the exporters at a time.
	asking chan struct{}

	// passive says that the ping sets are kept elsewhere.
	passive bool

	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup

	// mu guards everything below. No exporter is asked while it is held.
	mu        sync.Mutex
	exporters map[orpc.OXID]*exporterEntry
	classes   map[com.CLSID][]*exporterEntry // in order of registration
	sets      map[orpc.SETID]*pingSet
	clients   map[string]*clientShare // by address
	members   int                     // of all sets together
	oids      *oidTable
	idle      *oidTable // those in no set
}

// maxAsking is the capacity of resolver.asking.
const maxAsking = 8

// newResolver starts a resolver whose own bindings are these. adopt is for how
// long unknown OIDs are taken on trust.
func newResolver(opt Options, bindings orpc.PackedBindings, adopt time.Duration) *resolver {
	r := newPassiveResolver(opt, bindings)
	r.passive = false
	r.adoptUntil = time.Now().Add(adopt)
	r.wg.Go(r.sweepLoop)
	return r
}

// newPassiveResolver makes a resolver for a process whose objects are pinged at
// the host's daemon: it resolves and activates, and keeps no ping sets.
func newPassiveResolver(opt Options, bindings orpc.PackedBindings) *resolver {
	r := &resolver{
		opt:       opt.withDefaults(),
		bindings:  bindings,
		passive:   true,
		asking:    make(chan struct{}, maxAsking),
		exporters: map[orpc.OXID]*exporterEntry{},
		classes:   map[com.CLSID][]*exporterEntry{},
		sets:      map[orpc.SETID]*pingSet{},
		clients:   map[string]*clientShare{},
		oids:      newOIDTable(),
		idle:      newOIDTable(),
	}
	r.ctx, r.cancel = context.WithCancel(context.Background())
	return r
}

// close ends the sweeps and waits for the one in progress.
func (r *resolver) close() {
	r.cancel()
	r.wg.Wait()
}

// register adds x under oxid. It fails with CO_E_OBJISREG when the OXID is
// taken: nobody can push another exporter aside. OXIDs are random, so that one
// that is taken is no accident.
func (r *resolver) register(ctx context.Context, oxid orpc.OXID, x exporter) (*exporterEntry, error) {
	r.mu.Lock()
	if r.exporters[oxid] != nil {
		r.mu.Unlock()
		return nil, com.CO_E_OBJISREG
	}
	e := &exporterEntry{exporter: x, oxid: oxid, since: time.Now()}
	r.exporters[oxid] = e
	orphans := r.orphans()
	r.mu.Unlock()
	r.claim(ctx, e, orphans)
	return e, nil
}

// revoke takes e out of the tables. Its objects stay in their sets as orphans,
// until the exporter registers again or the sets end.
func (r *resolver) revoke(e *exporterEntry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.exporters[e.oxid] != e {
		return
	}
	delete(r.exporters, e.oxid)
	for clsid := range r.classes {
		r.dropClass(e, clsid)
	}
	for o := range r.oids.All() {
		if o.owner == e {
			o.owner = nil
		}
	}
}

// registerClass makes e a server of clsid. Several exporters may serve one
// class: the first that is able to is asked, so that a process that is started
// twice does not take clients away from its elder.
func (r *resolver) registerClass(e *exporterEntry, clsid com.CLSID) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.exporters[e.oxid] != e {
		return com.CO_E_OBJNOTREG
	}
	if !slices.Contains(r.classes[clsid], e) {
		r.classes[clsid] = append(r.classes[clsid], e)
	}
	return nil
}

// revokeClass takes that back.
func (r *resolver) revokeClass(e *exporterEntry, clsid com.CLSID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.dropClass(e, clsid)
}

// dropClass is revokeClass with the lock held.
func (r *resolver) dropClass(e *exporterEntry, clsid com.CLSID) {
	left := slices.DeleteFunc(r.classes[clsid], func(x *exporterEntry) bool { return x == e })
	if len(left) == 0 {
		delete(r.classes, clsid)
		return
	}
	r.classes[clsid] = left
}

// classServers returns the exporters that serve clsid, best first. Where none
// does is where a launcher would be asked to start the class's local server.
func (r *resolver) classServers(clsid com.CLSID) []*exporterEntry {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.classes[clsid])
}

// exporterOf returns the exporter with the given OXID, or nil.
func (r *resolver) exporterOf(oxid orpc.OXID) *exporterEntry {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.exporters[oxid]
}

// allExporters returns every exporter, in no order.
func (r *resolver) allExporters() []*exporterEntry {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := make([]*exporterEntry, 0, len(r.exporters))
	for _, e := range r.exporters {
		list = append(list, e)
	}
	return list
}
