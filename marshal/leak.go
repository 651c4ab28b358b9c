package marshal

import (
	"fmt"
	"runtime"
	"strings"

	"oxid/orpc"
)

// Leak is a remote object whose last proxy was garbage-collected without a
// Release. Its references have been given back; the report is for whoever
// forgot it.
type Leak struct {
	OXID    orpc.OXID
	OID     orpc.OID
	Peer    string
	Created string // file:line where the object was first unmarshaled or activated; "" when not recorded
}

// leakSite is where a proxy manager was made.
type leakSite struct{ pcs [8]uintptr }

func callSite() *leakSite {
	s := new(leakSite)
	runtime.Callers(4, s.pcs[:])
	return s
}

// String names the first caller outside of oxid's own packages.
func (s *leakSite) String() string {
	if s == nil {
		return ""
	}
	frames := runtime.CallersFrames(s.pcs[:])
	last := ""
	for {
		f, more := frames.Next()
		if f.PC == 0 {
			return last
		}
		last = fmt.Sprintf("%s:%d", f.File, f.Line)
		if !strings.HasPrefix(f.Function, "oxid/marshal.") && !strings.HasPrefix(f.Function, "oxid/ndr.") &&
			!strings.HasPrefix(f.Function, "oxid/scm.") && !strings.HasPrefix(f.Function, "oxid.") {
			return last
		}
		if !more {
			return last
		}
	}
}

// abandoned is the argument of a proxy manager's clean-up where its site is
// known: it must not lead to the manager itself.
type abandoned struct {
	ro   *remoteObject
	site *leakSite
}

// collectedAt is collected with the place that made the manager.
func collectedAt(x abandoned) { x.ro.collected(x.site) }

// collected runs when a proxy manager was collected, which most are after they
// have been let go.
func collected(ro *remoteObject) { ro.collected(nil) }

func (ro *remoteObject) collected(site *leakSite) {
	a := ro.apt
	a.mu.Lock()
	forgotten := !ro.gone && !a.closed
	// A new head, if there is one by now, uses the references.
	gone := forgotten && ro.head.Value() == nil && ro.letGo()
	a.mu.Unlock()
	if !forgotten {
		return
	}
	l := Leak{OXID: ro.exp.oxid, OID: ro.oid, Peer: ro.exp.peer(), Created: site.String()}
	if gone {
		ro.giveBack()
	}
	if f := a.rt.opt.LeakReport; f != nil {
		f(l)
		return
	}
	a.rt.log.Warn("a proxy was garbage-collected without Release", "peer", l.Peer, "oid", l.OID)
}
