package marshal

import (
	"fmt"
	"reflect"
	"runtime"
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
	frameExec  = entryOf((*frame).exec)       // runs in a single-threaded apartment
	plainServe = entryOf((*serverCall).runIn) // runs a call, whatever the apartment
	plainLocal = entryOf((*localCall).runIn)  // the same inside the process
	plainTurn  = entryOf((*Apartment).turn)   // runs what nobody called
	threadLoop = entryOf((*staThread).loop)   // the thread of an apartment
)

// entryOf returns the address of a function's first instruction.
func entryOf(f any) uintptr { return reflect.ValueOf(f).Pointer() }

// maxStack bounds the search, in functions.
const maxStack = 128

// onStack reports whether a function is on the stack of the calling goroutine.
func onStack(entry uintptr) bool {
	var pcs [maxStack]uintptr
	for _, pc := range pcs[:runtime.Callers(2, pcs[:])] {
		if f := runtime.FuncForPC(pc - 1); f != nil && f.Entry() == entry {
			return true
		}
	}
	return false
}

// inFrame reports whether the calling goroutine runs a method of a
// single-threaded apartment, or code let in by Do. pcs is the stack up to there.
// A call that such a method made to another kind of apartment, which runs on the
// same goroutine, is not that method any more.
func inFrame() (pcs []uintptr, ok bool) {
	var buf [maxStack]uintptr
	n := runtime.Callers(2, buf[:])
	for i, pc := range buf[:n] {
		f := runtime.FuncForPC(pc - 1)
		if f == nil {
			continue
		}
		switch f.Entry() {
		case plainServe, plainLocal, plainTurn:
			// Directly under exec it is a method of that apartment.
			if i+1 < n {
				if g := runtime.FuncForPC(buf[i+1] - 1); g != nil && g.Entry() == frameExec {
					return buf[:i], true
				}
			}
			return nil, false
		case frameExec:
			return buf[:i], true
		}
	}
	return nil, false
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
