package scm

import (
	"context"
	"slices"
	"time"

	"oxid/com"
	"oxid/internal/table"
	"oxid/orpc"
)

// pingSet is what one client keeps alive ([MS-DCOM] 3.1.2.1). The resolver's
// lock guards it.
type pingSet struct {
	id       orpc.SETID
	client   string // host of the client that made it
	share    *clientShare
	seq      uint16 // of the last change
	deadline time.Time
	oids     *oidTable
}

// clientShare is what the sets of one client address take of the limits.
type clientShare struct{ sets, members int }

// oidEntry is an object that is or was in a ping set.
type oidEntry struct {
	oid   orpc.OID
	owner *exporterEntry // nil for an orphan: its exporter is not registered
	sets  int32          // ping sets that it is in
	// Of one that is in no set:
	tries uint8     // how often its exporter kept it
	due   time.Time // when it is to be run down
}

// oidTable finds objects by OID. There may be millions.
type oidTable = table.Table[orpc.OID, oidEntry]

func newOIDTable() *oidTable { return table.New(func(e *oidEntry) orpc.OID { return e.oid }) }

// setTimeout is how long a set lives without a ping.
func (r *resolver) setTimeout() time.Duration { return setPeriods * r.opt.PingPeriod }

// simplePing keeps every object of a set alive ([MS-DCOM] 3.1.2.5.1.2).
func (r *resolver) simplePing(id orpc.SETID) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.sets[id]
	if s == nil {
		return com.OR_INVALID_SET
	}
	s.deadline = time.Now().Add(r.setTimeout())
	return nil
}

// complexPing changes a set, or makes one when id is 0 ([MS-DCOM]
// 3.1.2.5.1.3). It returns the set's id even with OR_INVALID_OID, which says
// that some of the objects to add do not exist.
func (r *resolver) complexPing(ctx context.Context, client string, id orpc.SETID, seq uint16, add, del []orpc.OID) (orpc.SETID, error) {
	if r.passive {
		return id, com.EPT_S_CANT_PERFORM_OP // a reference names the daemon for that
	}
	if id != 0 {
		if done, err := r.checkSet(id, seq); done || err != nil {
			return id, err
		}
	}
	owners := r.findOwners(ctx, add)

	// Exporters have been asked without the lock, so everything is looked at anew.
	now := time.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.sets[id]
	if id == 0 {
		if s = r.newSet(client); s == nil {
			return 0, com.RPC_S_OUT_OF_RESOURCES
		}
	} else if s == nil {
		return id, com.OR_INVALID_SET // expired meanwhile
	} else if late(seq, s.seq) {
		return id, nil // overtaken meanwhile
	}
	var result error
	for _, oid := range add {
		if err := r.join(s, oid, owners[oid], now); err != nil && result != com.RPC_S_OUT_OF_RESOURCES {
			result = err
		}
	}
	for _, oid := range del {
		r.leave(s, oid, now.Add(r.setTimeout()))
	}
	s.seq = seq
	s.deadline = now.Add(r.setTimeout())
	if id == 0 && result == com.OR_INVALID_OID {
		result = nil // a new set has the objects that exist ([MS-DCOM] 3.1.2.5.1.3)
	}
	return s.id, result
}

// checkSet answers a ping of a set that does not exist, or that comes too late
// to mean anything: then it is done.
func (r *resolver) checkSet(id orpc.SETID, seq uint16) (done bool, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.sets[id]
	if s == nil {
		return false, com.OR_INVALID_SET
	}
	return late(seq, s.seq), nil
}

// late reports whether a change was overtaken by one that has been made
// already. Sequence numbers have 16 bits and wrap around, so the nearer of the
// two ways between them counts.
func late(seq, stored uint16) bool { return int16(seq-stored) < 0 }

// newSet makes a set with a random id, or none when the client or all of them
// have too many. The lock is held.
func (r *resolver) newSet(client string) *pingSet {
	share := r.clients[client]
	if len(r.sets) >= r.opt.Limits.Sets || share != nil && share.sets >= r.opt.Limits.SetsPerClient {
		return nil
	}
	if share == nil {
		share = new(clientShare)
		r.clients[client] = share
	}
	share.sets++
	s := &pingSet{client: client, share: share, oids: newOIDTable()}
	for s.id == 0 || r.sets[s.id] != nil {
		s.id = orpc.NewID[orpc.SETID]()
	}
	r.sets[s.id] = s
	return s
}

// dropSet ends a set whose client is silent: its objects are due at once. The
// lock is held.
func (r *resolver) dropSet(s *pingSet, now time.Time) {
	for _, e := range slices.Collect(s.oids.All()) {
		r.leave(s, e.oid, now)
	}
	delete(r.sets, s.id)
	if s.share.sets--; s.share.sets == 0 {
		delete(r.clients, s.client)
	}
}

// join puts oid into s. owner is what findOwners found; it is not looked at
// when the object is known already. The lock is held.
func (r *resolver) join(s *pingSet, oid orpc.OID, owner *exporterEntry, now time.Time) error {
	if s.oids.Get(oid) != nil {
		return nil
	}
	if l := &r.opt.Limits; s.oids.Len() >= l.OIDsPerSet || s.share.members >= l.OIDsPerClient || r.members >= l.OIDs {
		return com.RPC_S_OUT_OF_RESOURCES
	}
	e := r.oids.Get(oid)
	if e == nil {
		if owner != nil && r.exporters[owner.oxid] != owner {
			owner = nil // revoked meanwhile
		}
		if owner == nil && !now.Before(r.adoptUntil) {
			return com.OR_INVALID_OID
		}
		e = &oidEntry{oid: oid, owner: owner}
		r.oids.Put(e)
	} else if e.sets == 0 {
		r.idle.Delete(oid)
	}
	e.sets++
	e.tries = 0
	s.oids.Put(e)
	s.share.members++
	r.members++
	return nil
}

// leave takes oid out of s. An object that is then in no set is run down at
// due: at once when its client fell silent, but after a whole timeout when the
// client took it out, because it may have passed a reference on to somebody
// who has not pinged yet. The lock is held.
func (r *resolver) leave(s *pingSet, oid orpc.OID, due time.Time) {
	e := s.oids.Delete(oid)
	if e == nil {
		return
	}
	s.share.members--
	r.members--
	if e.sets--; e.sets == 0 {
		e.due = due
		r.idle.Put(e)
	}
}
