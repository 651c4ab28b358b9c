package marshal

import (
	"weak"

	"oxid/com"
	"oxid/orpc"
)

// remoteObject is the core of a proxy manager: what one apartment holds of one
// object elsewhere. The tables and the clean-up of a collected proxy point to
// it; it points to its head, the identity that applications hold, only weakly,
// so that a forgotten proxy can be collected and its references given back.
//
// All fields but the constant ones are guarded by the apartment's lock.
type remoteObject struct {
	apt    *Apartment      // constant
	exp    *clientExporter // constant
	oid    orpc.OID        // constant
	noPing bool            // constant

	head weak.Pointer[proxyManager]
	gen  uint32 // counts heads; a clean-up for an older one only reports
	pins uint32 // unmarshaling and queries in progress
	gone bool   // out of the tables; its references have been given back
	refs []wireRef
	one  [1]wireRef // room for the usual case
}

// wireRef is what this apartment owns of one IPID.
type wireRef struct {
	ipid   com.IPID
	iid    com.IID
	public uint32 // references that must be given back
	table  bool   // came out of a table packet, whose stub it may name
	lost   bool   // the server has said that the IPID is gone
}

// refFor returns the reference to iid that can be called, or nil. ordinary asks
// for one that may be named in packets: one on a stub of table packets would
// make the packet look like one of those. The apartment's lock is held.
func (ro *remoteObject) refFor(iid *com.IID, ordinary bool) (found *wireRef) {
	for i := range ro.refs {
		r := &ro.refs[i]
		if r.iid != *iid || r.public == 0 || ordinary && r.table {
			continue
		}
		if !r.lost {
			return r
		}
		found = r // an interface that the object once had it has for ever
	}
	return found
}

// ref returns the reference on ipid, or nil. The apartment's lock is held.
func (ro *remoteObject) ref(ipid *com.IPID) *wireRef {
	for i := range ro.refs {
		if ro.refs[i].ipid == *ipid {
			return &ro.refs[i]
		}
	}
	return nil
}

// lose notes that the server does not know ipid any more: after a rundown, while
// this process was cut off, the object may live on with other IPIDs. What
// proxies there are stay disconnected, and a packet that arrives gives a new one.
func (ro *remoteObject) lose(ipid *com.IPID) {
	ro.apt.mu.Lock()
	defer ro.apt.mu.Unlock()
	if r := ro.ref(ipid); r != nil {
		r.lost = true
	}
}

// own takes the references r. They go straight home when the object has been
// let go meanwhile, as by the end of the apartment.
func (ro *remoteObject) own(r wireRef) {
	ro.apt.mu.Lock()
	gone := ro.gone
	if !gone {
		ro.add(r)
	}
	ro.apt.mu.Unlock()
	if gone {
		ro.exp.releaseLater([]wireRef{r})
	}
}

// add is own with the apartment's lock held, for an object that is not gone.
func (ro *remoteObject) add(n wireRef) {
	if r := ro.ref(&n.ipid); r != nil {
		r.public = satAdd(r.public, n.public)
		r.table = r.table && n.table
		return
	}
	if ro.refs == nil {
		ro.refs = ro.one[:0]
	}
	ro.refs = append(ro.refs, n)
}

// pinRemote returns the pinned core of an object elsewhere, made when there is
// none, together with its head. exp is retained by the caller.
func (a *Apartment) pinRemote(exp *clientExporter, std *orpc.STDOBJREF) (*remoteObject, *proxyManager, error) {
	key := remoteKey{std.OXID, std.OID}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return nil, nil, com.CO_E_NOTINITIALIZED
	}
	ro := a.remotes[key]
	if ro == nil {
		ro = &remoteObject{apt: a, exp: exp, oid: std.OID, noPing: std.NoPing()}
		a.remotes[key] = ro
		exp.again()
		if !ro.noPing {
			a.rt.pings.add(exp.resAddr, std.OID)
		}
	}
	ro.pins++
	head := ro.head.Value()
	if head == nil || head.dead {
		head = newProxyManager(ro)
	}
	return ro, head, nil
}

// unpin ends what pinRemote began. Without any live proxy the object is let go.
func (ro *remoteObject) unpin(head *proxyManager) {
	a := ro.apt
	a.mu.Lock()
	ro.pins--
	gone := head.live == 0 && ro.letGo(head)
	a.mu.Unlock()
	if gone {
		head.disconnectMade()
		ro.giveBack()
	}
}

// letGo takes the object out of the tables unless it is being unmarshaled or
// queried. When it reports true the caller, after giving the apartment's lock
// back, calls giveBack.
func (ro *remoteObject) letGo(head *proxyManager) bool {
	if ro.pins > 0 || ro.gone {
		return false
	}
	ro.gone = true
	if head != nil {
		head.dead = true
		head.cleanup.Stop()
	}
	delete(ro.apt.remotes, remoteKey{ro.exp.oxid, ro.oid})
	return true
}

// giveBack sends the references home, without waiting, and stops the pings. It
// runs once, after letGo: nobody else touches the references any more.
func (ro *remoteObject) giveBack() {
	ro.exp.releaseLater(ro.refs)
	if !ro.noPing {
		ro.apt.rt.pings.remove(ro.exp.resAddr, ro.oid)
	}
	ro.exp.drop()
}

// disconnect ends the object for a closing apartment: proxies fail with
// CO_E_OBJNOTCONNECTED from now on (CF-033), references go home.
func (ro *remoteObject) disconnect() {
	a := ro.apt
	a.mu.Lock()
	if ro.gone {
		a.mu.Unlock()
		return
	}
	head := ro.head.Value()
	if head != nil {
		for _, p := range head.proxies {
			p.p.Disconnect()
		}
	}
	ro.pins = 0
	gone := ro.letGo(head)
	a.mu.Unlock()
	if gone {
		if head != nil {
			head.disconnectMade()
		}
		ro.giveBack()
	}
}
