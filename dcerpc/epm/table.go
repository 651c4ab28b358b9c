package epm

import (
	"slices"
	"sync"
	"sync/atomic"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/dcerpc/epm/internal/ept"
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
	mu    sync.Mutex
	items atomic.Pointer[[]*item] // replaced as a whole, so that a lookup sees one state
}

func (t *Table) load() []*item {
	if p := t.items.Load(); p != nil {
		return *p
	}
	return nil
}

// Add appends entries and returns a function that takes them out again. The
// entries must not be changed any more.
func (t *Table) Add(entries ...Entry) (remove func()) {
	added := make([]*item, len(entries))
	for i := range entries {
		added[i] = newItem(entries[i])
	}
	// Copied, not appended in place: a lookup in progress has the old slice.
	t.mu.Lock()
	defer t.mu.Unlock()
	next := append(slices.Clip(t.load()), added...)
	t.items.Store(&next)
	return sync.OnceFunc(func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		next := slices.DeleteFunc(slices.Clone(t.load()), func(x *item) bool { return slices.Contains(added, x) })
		t.items.Store(&next)
	})
}

// Entries returns the entries in the order in which they were added. They must
// not be changed.
func (t *Table) Entries() []*Entry {
	items := t.load()
	entries := make([]*Entry, len(items))
	for i, x := range items {
		entries[i] = &x.Entry
	}
	return entries
}

// inquiry selects entries for ept_lookup ([C706] appendix O, "inquiry_type"
// and "vers_option").
type inquiry struct {
	typ    ept.Inquiry
	object com.GUID
	iface  dcerpc.SyntaxID
	vers   ept.Versions
}

func (q *inquiry) matches(e *Entry) bool {
	if (q.typ == ept.InquiryByObject || q.typ == ept.InquiryByBoth) && e.Object != q.object {
		return false
	}
	if q.typ != ept.InquiryByInterface && q.typ != ept.InquiryByBoth {
		return true
	}
	have, ok := e.Tower.Interface()
	if !ok || have.UUID != q.iface.UUID {
		return false
	}
	switch q.vers {
	case ept.VersionsCompatible:
		return have.Major == q.iface.Major && have.Minor >= q.iface.Minor
	case ept.VersionsExact:
		return have.Major == q.iface.Major && have.Minor == q.iface.Minor
	case ept.VersionsMajorOnly:
		return have.Major == q.iface.Major
	case ept.VersionsUpTo:
		return have.Major < q.iface.Major || have.Major == q.iface.Major && have.Minor <= q.iface.Minor
	}
	return true // VersionsAll
}

// lookup returns the entries that q selects.
func (t *Table) lookup(q *inquiry) []*item {
	var out []*item
	for _, x := range t.load() {
		if q.matches(&x.Entry) {
			out = append(out, x)
		}
	}
	return out
}

// match returns the entries that a client with this query tower can use: the
// same interface in a compatible version, the same transfer syntax, the same
// protocols. Entries for the object come before those for any object.
func (t *Table) match(object com.GUID, query Tower) []*item {
	iface, ok1 := query.Interface()
	transfer, ok2 := query.Transfer()
	if !ok1 || !ok2 {
		return nil
	}
	var exact, open []*item // for this object; for any
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
