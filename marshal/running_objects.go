package marshal

import (
	"context"
	"slices"
	"sync"
	"time"

	"oxid/com"
	"oxid/step"
)

// RunningObjectTable is the running object table of a process: it finds
// objects by the name under which they were registered. Names are display
// names, compared byte by byte; what a moniker's comparison data would be goes
// into the name. All methods are safe for concurrent use.
type RunningObjectTable struct {
	rt *Runtime

	mu   sync.Mutex
	by   map[uint32]*runningObject
	last uint32
}

// runningObject is one registration.
type runningObject struct {
	cookie  uint32
	name    string
	changed time.Time
	anchor  *anchor
}

// GetRunningObjectTable returns the running object table of the process.
func (rt *Runtime) GetRunningObjectTable() *RunningObjectTable { return &rt.running }

// Register makes obj, of the apartment of ctx, known as name, and returns the
// cookie for Revoke. With ROTFLAGS_REGISTRATIONKEEPSALIVE the registration holds
// the object; without, it holds it no longer than somebody else does, as a
// table-weak packet. hr is MK_S_MONIKERALREADYREGISTERED when an object of that
// name is running: both are registered, and the older one is found first.
func (t *RunningObjectTable) Register(ctx context.Context, flags com.ROTFLAGS, obj any, name string) (cookie uint32, hr com.HRESULT, err error) {
	if flags&^com.ROTFLAGS_REGISTRATIONKEEPSALIVE != 0 || name == "" {
		return 0, com.E_INVALIDARG, com.E_INVALIDARG
	}
	// The two kinds of registration are the two kinds of table packets.
	packet := com.MSHLFLAGS_TABLEWEAK
	if flags != 0 {
		packet = com.MSHLFLAGS_TABLESTRONG
	}
	a, err := t.rt.apartment(ctx)
	if err != nil {
		return 0, com.HRESULTOf(err), err
	}
	x, err := a.newAnchor(ctx, obj, &com.IID_IUnknown, packet, false)
	if err != nil {
		return 0, com.HRESULTOf(err), err
	}
	if t.find(name) != nil { // a hint to the caller: both registrations stand
		hr = com.MK_S_MONIKERALREADYREGISTERED
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.by == nil {
		t.by = map[uint32]*runningObject{}
	}
	o := &runningObject{name: name, changed: time.Now(), anchor: x}
	o.cookie = nextCookie(&t.last, t.by, o)
	return o.cookie, hr, nil
}

// Revoke ends a registration. An unknown cookie is E_INVALIDARG.
func (t *RunningObjectTable) Revoke(_ context.Context, cookie uint32) error {
	t.mu.Lock()
	o := t.by[cookie]
	delete(t.by, cookie)
	t.mu.Unlock()
	if o == nil {
		return com.E_INVALIDARG
	}
	o.anchor.release()
	return nil
}

// IsRunning returns S_OK when an object of that name is registered and alive,
// S_FALSE otherwise.
func (t *RunningObjectTable) IsRunning(_ context.Context, name string) com.HRESULT {
	if t.find(name) != nil {
		return com.S_OK
	}
	return com.S_FALSE
}

// GetObject returns the object of that name for use in the apartment of ctx:
// itself where it lives, else a proxy, which is the caller's to release. Query
// it for the interface that is wanted. MK_E_UNAVAILABLE says that no such object
// is running.
func (t *RunningObjectTable) GetObject(ctx context.Context, name string) (com.Unknown, error) {
	a, err := t.rt.apartment(ctx)
	if err != nil {
		return nil, err
	}
	if err := a.usable(); err != nil {
		return nil, err
	}
	for {
		o := t.find(name)
		if o == nil {
			return nil, &com.Error{HRESULT: com.MK_E_UNAVAILABLE, Step: step.Self, Interface: "IRunningObjectTable", Method: "GetObject",
				Hint: "no running object of this process is registered as " + name}
		}
		v, err := o.anchor.resolve(a.inside(ctx), a, &com.IID_IUnknown)
		if com.HRESULTOf(err) != com.CO_E_OBJNOTREG {
			return v, err
		}
		// The object went while we looked: another of the same name may be there.
		t.Revoke(ctx, o.cookie)
	}
}

// NoteChangeTime sets the time at which the object was last changed. An unknown
// cookie is E_INVALIDARG.
func (t *RunningObjectTable) NoteChangeTime(_ context.Context, cookie uint32, at time.Time) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	o := t.by[cookie]
	if o == nil {
		return com.E_INVALIDARG
	}
	o.changed = at
	return nil
}

// GetTimeOfLastChange returns when the object of that name was last changed, or
// registered. MK_E_UNAVAILABLE says that no such object is running.
func (t *RunningObjectTable) GetTimeOfLastChange(_ context.Context, name string) (time.Time, error) {
	o := t.find(name)
	if o == nil {
		return time.Time{}, com.MK_E_UNAVAILABLE
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return o.changed, nil
}

// EnumRunning returns the names of the objects that are running, sorted, each
// one once.
func (t *RunningObjectTable) EnumRunning() []string {
	var names []string
	for _, o := range t.all() {
		if o.anchor.alive() {
			names = append(names, o.name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// find returns the oldest registration of name whose object is alive, or nil.
// Registrations whose objects are gone are forgotten.
func (t *RunningObjectTable) find(name string) (found *runningObject) {
	// Tables have a handful of entries, and whether an object is alive is asked
	// without the lock.
	for _, o := range t.all() {
		if o.name != name {
			continue
		}
		if !o.anchor.alive() {
			t.Revoke(context.Background(), o.cookie)
		} else if found == nil || o.cookie < found.cookie {
			found = o
		}
	}
	return found
}

// all returns every registration.
func (t *RunningObjectTable) all() []*runningObject {
	t.mu.Lock()
	defer t.mu.Unlock()
	list := make([]*runningObject, 0, len(t.by))
	for _, o := range t.by {
		list = append(list, o)
	}
	return list
}

// forget ends the registrations of an apartment that has ended.
func (t *RunningObjectTable) forget(a *Apartment) {
	for _, o := range t.all() {
		if o.anchor.home == a {
			t.Revoke(context.Background(), o.cookie)
		}
	}
}
