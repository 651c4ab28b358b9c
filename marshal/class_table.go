package marshal

import (
	"sync"

	"oxid/com"
	"oxid/step"
)

// classTable holds the class objects that this process has registered. An
// entry is found by the way it may be used: in-process by code of its own
// apartment, as a local server by everybody else.
type classTable struct {
	mu      sync.Mutex
	by      map[com.CLSID][]*classEntry // in the order of registration
	seq     uint32
	servers uint32 // CoAddRefServerProcess
	wire    classAnnouncer
}

// classEntry is one registration. suspended and used are guarded by the
// table's lock, the rest is constant.
type classEntry struct {
	clsid      com.CLSID
	object     any        // usually a com.IClassFactory
	apt        *Apartment // nil: the runtime's own, of use in every apartment
	ctx        com.CLSCTX // INPROC_SERVER, LOCAL_SERVER or both
	flags      com.REGCLS // without SUSPENDED and SURROGATE
	cookie     uint32
	unmarshals bool // may be named by packets of other processes
	installed  bool // by RegisterInprocClass, with a model
	model      com.ThreadingModel
	suspended  bool
	used       bool // a single-use class object that has been given away
}

// inproc reports whether code of the entry's apartment gets the class object
// itself: MULTIPLEUSE gives it to a local server's own process too (CF-243).
func (e *classEntry) inproc() bool {
	if e.hosted() {
		return false
	}
	return e.ctx&com.CLSCTX_INPROC_SERVER != 0 || e.flags&com.REGCLS_MULTIPLEUSE != 0
}

// agile reports whether every apartment of the process gets the class object
// itself, not only the one that registered it.
func (e *classEntry) agile() bool { return e.flags&com.REGCLS_AGILE != 0 }

// local reports whether the class object serves other apartments and processes.
func (e *classEntry) local() bool { return e.ctx&com.CLSCTX_LOCAL_SERVER != 0 }

// single reports whether one activation uses the entry up.
func (e *classEntry) single() bool {
	return e.flags&(com.REGCLS_MULTIPLEUSE|com.REGCLS_MULTI_SEPARATE) == 0
}

// hosted reports whether COM chooses the apartment for the class.
func (e *classEntry) hosted() bool { return e.model != com.ThreadingBoth }

// clashes reports whether both entries would answer the same request, so that
// it would be a matter of chance which. Single-use entries of one class wait for
// their turn instead.
func (e *classEntry) clashes(x *classEntry) bool {
	if e.ctx&x.ctx&com.CLSCTX_INPROC_SERVER != 0 && (e.apt == x.apt || e.agile() && x.agile()) {
		return true // each apartment has its own (CF-237)
	}
	return e.local() && x.local() && !e.single() && !x.single()
}

// add registers e and sets its cookie.
func (t *classTable) add(e *classEntry) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, x := range t.by[e.clsid] {
		// Entries that are suspended or used up count too: they come back.
		if e.clashes(x) {
			return &com.Error{HRESULT: com.CO_E_OBJISREG, Step: step.Class, Interface: e.clsid.String()}
		}
	}
	if t.by == nil {
		t.by = map[com.CLSID][]*classEntry{}
	}
	t.seq++
	e.cookie = t.seq
	t.by[e.clsid] = append(t.by[e.clsid], e)
	return nil
}

// remove takes e out. It reports whether e was there.
func (t *classTable) remove(e *classEntry) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	list := t.by[e.clsid]
	for i, x := range list {
		if x == e {
			if len(list) == 1 {
				delete(t.by, e.clsid)
			} else {
				t.by[e.clsid] = append(list[:i:i], list[i+1:]...)
			}
			return true
		}
	}
	return false
}

// first returns the first entry of clsid that fits, or nil. Suspended entries
// fit nobody (CF-242).
func (t *classTable) first(clsid com.CLSID, fits func(*classEntry) bool) *classEntry {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, e := range t.by[clsid] {
		if !e.suspended && fits(e) {
			return e
		}
	}
	return nil
}

// inproc finds the class object that code of apartment a gets directly: its own
// before one that is for all.
func (t *classTable) inproc(clsid com.CLSID, a *Apartment) *classEntry {
	if e := t.first(clsid, func(e *classEntry) bool { return e.inproc() && (e.apt == a || e.apt == nil) }); e != nil {
		return e
	}
	return t.first(clsid, func(e *classEntry) bool { return e.inproc() && e.agile() })
}

// anywhere finds an in-process class object of any apartment, the runtime's
// and a's own first: for proxy/stub factories, which belong to no apartment.
func (t *classTable) anywhere(clsid com.CLSID, a *Apartment) *classEntry {
	if e := t.inproc(clsid, a); e != nil {
		return e
	}
	return t.first(clsid, func(e *classEntry) bool { return e.ctx&com.CLSCTX_INPROC_SERVER != 0 && !e.hosted() })
}

// unmarshalClass finds what RegisterUnmarshalClass registered.
func (t *classTable) unmarshalClass(clsid com.CLSID) *classEntry {
	return t.first(clsid, func(e *classEntry) bool { return e.unmarshals })
}

// take finds the class object for one activation of a local server and uses a
// single-use registration up (CF-246).
func (t *classTable) take(clsid com.CLSID) *classEntry {
	return t.first(clsid, func(e *classEntry) bool {
		if !e.local() || e.used {
			return false
		}
		e.used = e.single() // under the table's lock: two activations cannot both win
		return true
	})
}

// untake gives a registration back whose class object could not be handed out.
func (t *classTable) untake(e *classEntry) {
	t.mu.Lock()
	e.used = false
	t.mu.Unlock()
}

// byCookie finds a registration of an apartment.
func (t *classTable) byCookie(cookie uint32) *classEntry {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, list := range t.by {
		for _, e := range list {
			if e.cookie == cookie && e.apt != nil {
				return e
			}
		}
	}
	return nil
}

// of returns the registrations of an apartment; those of all for nil.
func (t *classTable) of(a *Apartment) (list []*classEntry) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, es := range t.by {
		for _, e := range es {
			if a == nil || e.apt == a {
				list = append(list, e)
			}
		}
	}
	return list
}

// suspend hides every local server of the process, or shows everything that is
// hidden. It returns the entries that changed.
func (t *classTable) suspend(on bool) (changed []*classEntry) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, es := range t.by {
		for _, e := range es {
			// What was registered as suspended for this process alone is shown as
			// well, but never hidden again: nobody elsewhere can come by it.
			if e.suspended != on && (e.local() || !on) {
				e.suspended = on
				changed = append(changed, e)
			}
		}
	}
	return changed
}

// Classes lists the classes that can be activated here from elsewhere, for
// inspection.
func (rt *Runtime) Classes() []com.CLSID {
	t := &rt.classes
	t.mu.Lock()
	defer t.mu.Unlock()
	var list []com.CLSID
	for clsid, es := range t.by {
		for _, e := range es {
			if e.local() && !e.suspended && !e.used {
				list = append(list, clsid)
				break
			}
		}
	}
	return list
}

func classNotRegistered(clsid com.CLSID, hint string) error {
	return &com.Error{HRESULT: com.REGDB_E_CLASSNOTREG, Step: step.Class, Interface: clsid.String(), Hint: hint}
}
