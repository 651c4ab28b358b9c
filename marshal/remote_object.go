package marshal

import (
	"math"
	"weak"

	"oxid/com"
	"oxid/orpc"
)

// remoteObject is the core of a proxy manager: what one apartment holds of one
// object elsewhere. The tables and the clean-up of a collected proxy point to
// it; it points to its head, the identity that applications hold, only weakly,
// so that a forgotten proxy can be collected and its references given back.
//
// There may be millions of them: the order of the fields leaves no holes, and
// what few objects need is elsewhere. All fields but the constant ones are
// guarded by the apartment's lock.
type remoteObject struct {
	apt  *Apartment      // constant
	exp  *clientExporter // constant
	oid  orpc.OID        // constant
	head weak.Pointer[proxyManager]
	refs wireRef // the first of the list; its ipid is zero when there is none yet

	fresh  int32  // place among what the resolver has not been told; see pingSet
	pins   uint16 // unmarshaling and queries in progress
	noPing bool   // constant
	gone   bool   // out of the tables; its references have been given back
}

// wireRef is what this apartment owns of one IPID.
type wireRef struct {
	ipid   com.IPID
	iid    *com.IID
	next   *wireRef
	public uint32 // references that must be given back
	table  bool   // came out of a table packet, whose stub it may name
	lost   bool   // the server has said that the IPID is gone
}

// refFor returns the reference to iid that can be called, or nil. ordinary asks
// for one that may be named in packets: one on a stub of table packets would
// make the packet look like one of those. The apartment's lock is held.
func (ro *remoteObject) refFor(iid *com.IID, ordinary bool) (found *wireRef) {
	for r := &ro.refs; r != nil; r = r.next {
		if r.public == 0 || *r.iid != *iid || ordinary && r.table {
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
	for r := &ro.refs; r != nil; r = r.next {
		if r.ipid == *ipid && r.iid != nil {
			return r
		}
	}
	return nil
}

// any returns an IPID by which the object can be named to its server. The
// apartment's lock is held.
func (ro *remoteObject) any() (ipid com.IPID) {
	for r := &ro.refs; r != nil; r = r.next {
		if r.public > 0 && !r.lost {
			return r.ipid
		}
	}
	return ro.refs.ipid
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

// own takes n references on ipid. They go straight home when the object has been
// let go meanwhile, as by the end of the apartment.
func (ro *remoteObject) own(iid *com.IID, ipid com.IPID, n uint32, table bool) {
	r := wireRef{ipid: ipid, iid: internIID(iid), public: n, table: table}
	ro.apt.mu.Lock()
	gone := ro.gone
	if !gone {
		ro.add(r)
	}
	ro.apt.mu.Unlock()
	if gone {
		ro.exp.releaseLater(&r)
	}
}

// add is own with the apartment's lock held, for an object that is not gone.
func (ro *remoteObject) add(n wireRef) {
	if r := ro.ref(&n.ipid); r != nil {
		r.public = satAdd(r.public, n.public)
		r.table = r.table && n.table
		return
	}
	if ro.refs.iid == nil {
		ro.refs = n
		return
	}
	last := &ro.refs
	for last.next != nil {
		last = last.next
	}
	last.next = &n
}

// internIID returns a pointer to iid that is kept: the registry's for one that
// is linked into the program.
func internIID(iid *com.IID) *com.IID {
	if descs := com.DescsByIID(iid); len(descs) > 0 {
		return &descs[0].IID
	}
	kept := *iid
	return &kept
}

// key is what the object is found by.
func (ro *remoteObject) key() remoteKey { return remoteKey{ro.exp.oxid, ro.oid} }

// pin keeps the object from being let go. The apartment's lock is held.
func (ro *remoteObject) pin() error {
	if ro.pins == math.MaxUint16 {
		return com.RPC_E_OUT_OF_RESOURCES
	}
	ro.pins++
	return nil
}

// pinRemote returns the pinned core of an object elsewhere, made when there is
// none, together with its head. exp is retained by the caller.
func (a *Apartment) pinRemote(exp *clientExporter, std *orpc.STDOBJREF) (*remoteObject, *proxyManager, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return nil, nil, com.CO_E_NOTINITIALIZED
	}
	ro := a.remotes.Get(remoteKey{std.OXID, std.OID})
	if ro == nil {
		ro = &remoteObject{apt: a, exp: exp, oid: std.OID, noPing: std.NoPing()}
		a.remotes.Put(ro)
		remotes.Add(1)
		exp.again()
		a.rt.pings.add(ro)
	}
	if err := ro.pin(); err != nil {
		return nil, nil, err
	}
	head := ro.head.Value()
	if head == nil {
		head = newProxyManager(ro)
	}
	return ro, head, nil
}

// unpin ends what pin began. Without any live proxy the object is let go.
func (ro *remoteObject) unpin(head *proxyManager) {
	a := ro.apt
	a.mu.Lock()
	ro.pins--
	gone := head.idle() && ro.letGo()
	a.mu.Unlock()
	if gone {
		head.disconnectMade()
		ro.giveBack()
	}
}

// letGo takes the object out of the tables unless it is being unmarshaled or
// queried. When it reports true the caller, after giving the apartment's lock
// back, calls giveBack.
func (ro *remoteObject) letGo() bool {
	if ro.pins > 0 || ro.gone {
		return false
	}
	ro.gone = true
	remotes.Add(-1)
	ro.apt.remotes.Delete(ro.key())
	return true
}

// giveBack sends the references home, without waiting, and stops the pings. It
// runs once, after letGo: nobody else touches the references any more.
func (ro *remoteObject) giveBack() {
	ro.exp.releaseLater(&ro.refs)
	ro.apt.rt.pings.remove(ro)
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
		for x := range head.proxies {
			x.proxy().Disconnect()
		}
	}
	ro.pins = 0
	gone := ro.letGo()
	a.mu.Unlock()
	if gone {
		if head != nil {
			head.disconnectMade()
		}
		ro.giveBack()
	}
}
