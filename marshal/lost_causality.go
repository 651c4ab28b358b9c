package marshal

import (
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

	"oxid/com"
)

// A method of a single-threaded apartment that calls out with another context
// than its own, context.Background() for example, holds its apartment while it
// waits: nobody knows that it is the one who waits, so calls that come back find
// the apartment busy, and both wait for each other. Such calls are found by
// looking at the goroutine's own stack. That costs about a microsecond, and is
// done only for calls whose context names no activity, while some
// single-threaded apartment of the process runs one.

// The functions that tell on a stack what a goroutine is doing. They are never
// inlined.
var (
	frameExec  = codeOf((*frame).exec)       // runs in a single-threaded apartment
	plainServe = codeOf((*serverCall).runIn) // runs a call, whatever the apartment
	plainLocal = codeOf((*localCall).runIn)  // the same inside the process
	plainTurn  = codeOf((*Apartment).turn)   // runs what nobody called
	threadLoop = codeOf((*staThread).loop)   // the thread of an apartment
)

// code is where a function's instructions are.
type code struct{ from, to uintptr }

// maxCode is more than the size of any function in bytes that is looked for.
const maxCode = 1 << 20

func codeOf(f any) code {
	from := reflect.ValueOf(f).Pointer()
	// Everything between its entry and its end belongs to it, what is inlined
	// into it as well.
	n := sort.Search(maxCode, func(n int) bool {
		g := runtime.FuncForPC(from + uintptr(n))
		return g == nil || g.Entry() != from
	})
	return code{from, from + uintptr(n)}
}

// has reports whether pc, a return address, is in the function.
func (c code) has(pc uintptr) bool { return pc-1 >= c.from && pc-1 < c.to }

// maxStack bounds the search, in functions; most stacks are shallow.
const (
	shallowStack = 32
	maxStack     = 256
)

// onStack reports whether a function is on the stack of the calling goroutine.
func onStack(c code) bool {
	var pcs [maxStack]uintptr
	return slices.ContainsFunc(pcs[:runtime.Callers(2, pcs[:])], c.has)
}

// inFrame reports whether the calling goroutine runs a method of a
// single-threaded apartment, or code let in by Do. pcs is the stack up to there.
// A call that such a method made to another kind of apartment, which runs on the
// same goroutine, is not that method any more.
func inFrame() (pcs []uintptr, ok bool) {
	var shallow [shallowStack]uintptr
	n := runtime.Callers(2, shallow[:])
	depth, ok := frameDepth(shallow[:n])
	if ok {
		return slices.Clone(shallow[:depth]), true
	}
	if depth < n || n < shallowStack {
		return nil, false
	}
	var deep [maxStack]uintptr
	n = runtime.Callers(2, deep[:])
	if depth, ok = frameDepth(deep[:n]); !ok {
		return nil, false
	}
	return slices.Clone(deep[:depth]), true
}

// frameDepth returns how deep on a stack the innermost thing is that decides
// whether this is an activity, and whether it is one.
func frameDepth(pcs []uintptr) (depth int, ok bool) {
	for i, pc := range pcs {
		switch {
		case frameExec.has(pc):
			return i, true
		case plainServe.has(pc), plainLocal.has(pc), plainTurn.has(pc):
			// Directly under exec it is a method of that apartment.
			return i, i+1 < len(pcs) && frameExec.has(pcs[i+1])
		}
	}
	return len(pcs), false
}

// lostCall is an outgoing call whose context has lost the causality of the
// activity that makes it.
type lostCall struct {
	cid   com.CID
	call  string // interface.method
	site  string // file:line of the call
	peer  string
	since time.Time
	in    []*frame // activities that may have made it, almost always one
}

// lostCalls are those in progress.
type lostCalls struct {
	mu sync.Mutex
	by map[com.CID]*lostCall
}

// lostCausality looks whether a call that is about to be made with st should
// have been made with the context of an activity. It returns nil when not.
func (rt *Runtime) lostCausality(st *callState, cid com.CID, d *com.Desc, op uint32, exp *clientExporter) *lostCall {
	pcs, lost := inFrame()
	if !lost {
		return nil
	}
	l := &lostCall{cid: cid, call: callName(d, op), site: applicationSite(pcs), peer: exp.peer(), since: time.Now()}
	for _, a := range rt.apartments() {
		if f := a.sta.running(); f != nil {
			l.in = append(l.in, f)
		}
	}
	if len(l.in) == 0 {
		return nil // it has left meanwhile: the goroutine belongs to nobody
	}
	rt.lost.mu.Lock()
	if rt.lost.by == nil {
		rt.lost.by = map[com.CID]*lostCall{}
	}
	rt.lost.by[cid] = l
	rt.lost.mu.Unlock()
	if rt.refusals.allow(l.since) {
		rt.log.Warn("a call out of a single-threaded apartment has lost its causality: "+
			"pass on the context that the method was called with", "call", l.call, "in", l.makers(), "at", l.site, "peer", l.peer)
	}
	return l
}

// found ends a call.
func (rt *Runtime) found(l *lostCall) {
	rt.lost.mu.Lock()
	defer rt.lost.mu.Unlock()
	delete(rt.lost.by, l.cid)
}

// lostBy returns the call with this causality id, or one that f may have made;
// nil when there is none.
func (rt *Runtime) lostBy(cid com.CID, f *frame) *lostCall {
	rt.lost.mu.Lock()
	l := rt.lost.by[cid]
	rt.lost.mu.Unlock()
	if l == nil {
		l = rt.lostIn(f)
	}
	return l
}

// makers names the activities that may have made the call.
func (l *lostCall) makers() string {
	names := make([]string, len(l.in))
	for i, f := range l.in {
		names[i] = f.name()
	}
	return strings.Join(names, " or ")
}

// name names the activity for a person.
func (f *frame) name() string {
	if f.desc == nil {
		return "code of the apartment's own"
	}
	return callName(f.desc, f.op)
}

// callName returns "interface.method".
func callName(d *com.Desc, op uint32) string { return d.Name + "." + d.MethodName(op) }

// applicationSite names the innermost function on a stack that is none of
// oxid's and no proxy's.
func applicationSite(pcs []uintptr) string {
	frames := runtime.CallersFrames(pcs)
	proxy := false
	for {
		f, more := frames.Next()
		switch {
		case strings.HasPrefix(f.Function, "oxid/marshal.") || strings.HasPrefix(f.Function, "oxid/com."):
		case !proxy:
			proxy = true // the proxy's method, which is generated code
		default:
			return fmt.Sprintf("%s:%d", f.File, f.Line)
		}
		if !more {
			return ""
		}
	}
}
