package epm

import (
	"slices"
	"sync"
	"sync/atomic"

	"oxid/com"
	"oxid/dcerpc"
)

// Entry is one element of the endpoint map.
type Entry struct {
	Object     com.GUID // GUID_NULL for an interface without object UUIDs
	Tower      Tower
	Annotation string // at most 63 bytes are sent
}

// Table is an endpoint map. It is safe for concurrent use; the zero value is
// empty. Entries of any origin may be in it: of several listeners, of other
// processes, of other machines.
type Table struct {
	mu      sync.Mutex
	entries atomic.Pointer[[]*Entry] // replaced as a whole, so that a lookup sees one state
}

func (t *Table) load() []*Entry {
	if p := t.entries.Load(); p != nil {
		return *p
	}
	return nil
}

// Add appends entries and returns a function that takes them out again. The
// entries must not be changed any more.
func (t *Table) Add(entries ...Entry) (remove func()) {
	added := make([]*Entry, len(entries))
	for i := range entries {
		added[i] = &entries[i]
	}
	// Copied, not appended in place: a lookup in progress has the old slice.
	t.mu.Lock()
	defer t.mu.Unlock()
	next := append(slices.Clip(t.load()), added...)
	t.entries.Store(&next)
	return sync.OnceFunc(func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		next := slices.DeleteFunc(slices.Clone(t.load()), func(e *Entry) bool { return slices.Contains(added, e) })
		t.entries.Store(&next)
	})
}

// Entries returns the entries in the order in which they were added. They must
// not be changed.
func (t *Table) Entries() []*Entry { return slices.Clone(t.load()) }

// inquiry selects entries for ept_lookup ([C706] appendix O, "inquiry_type"
// and "vers_option").
type inquiry struct {
	typ    uint32
	object com.GUID
	iface  dcerpc.SyntaxID
	vers   uint32
}

// Values of inquiry_type.
const (
	inqAll      = 0
	inqByIface  = 1
	inqByObject = 2
	inqByBoth   = 3
)

// Values of vers_option.
const (
	versAll        = 1
	versCompatible = 2
	versExact      = 3
	versMajorOnly  = 4
	versUpTo       = 5
)

func (q *inquiry) matches(e *Entry) bool {
	if (q.typ == inqByObject || q.typ == inqByBoth) && e.Object != q.object {
		return false
	}
	if q.typ != inqByIface && q.typ != inqByBoth {
		return true
	}
	have, ok := e.Tower.Interface()
	if !ok || have.UUID != q.iface.UUID {
		return false
	}
	switch q.vers {
	case versCompatible:
		return have.Major == q.iface.Major && have.Minor >= q.iface.Minor
	case versExact:
		return have.Major == q.iface.Major && have.Minor == q.iface.Minor
	case versMajorOnly:
		return have.Major == q.iface.Major
	case versUpTo:
		return have.Major < q.iface.Major || have.Major == q.iface.Major && have.Minor <= q.iface.Minor
	}
	return true // versAll
}

// lookup returns the entries that q selects.
func (t *Table) lookup(q *inquiry) []*Entry {
	var out []*Entry
	for _, e := range t.load() {
		if q.matches(e) {
			out = append(out, e)
		}
	}
	return out
}

// match returns the entries that a client with this query tower can use: the
// same interface in a compatible version, the same transfer syntax, the same
// protocols. Entries for the object come before those for any object.
func (t *Table) match(object com.GUID, query Tower) []*Entry {
	iface, ok1 := query.Interface()
	transfer, ok2 := query.Transfer()
	if !ok1 || !ok2 {
		return nil
	}
	var exact, open []*Entry // for this object; for any
	for _, e := range t.load() {
		have, ok := e.Tower.Interface()
		syntax, _ := e.Tower.Transfer()
		if !ok || have.UUID != iface.UUID || have.Major != iface.Major || have.Minor < iface.Minor ||
			syntax != transfer || !sameProtocols(e.Tower, query) {
			continue
		}
		switch {
		case e.Object == object:
			exact = append(exact, e)
		case e.Object.IsZero():
			open = append(open, e)
		}
	}
	return append(exact, open...)
}

// sameProtocols compares the floors below the syntaxes.
func sameProtocols(a, b Tower) bool {
	if len(a) != len(b) {
		return false
	}
	for i := 2; i < len(a); i++ {
		if a[i].Proto() != b[i].Proto() {
			return false
		}
	}
	return true
}
