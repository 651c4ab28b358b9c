package marshal

import (
	"context"

	"oxid/com"
	"oxid/orpc"
)

// ExporterInfo is what a client needs to know of an object exporter before it
// can call it ([MS-DCOM] 3.2.4.1.2).
type ExporterInfo struct {
	OXID       orpc.OXID
	Bindings   orpc.DUALSTRINGARRAY // string bindings with endpoints, security bindings
	RemUnknown com.IPID             // IPID of the exporter's Remote Unknown
	AuthnHint  com.AuthnLevel       // least level that the exporter accepts
	Version    orpc.COMVERSION
	// Via is the host through which the exporter was found. It is tried with
	// the bindings' ports when none of the bindings' own hosts answers.
	Via string
}

// Resolver finds exporters and keeps references alive. Package scm implements
// it over IObjectExporter. It is safe for concurrent use.
type Resolver interface {
	// ResolveOXID asks the resolver at resAddr for an exporter.
	ResolveOXID(ctx context.Context, oxid orpc.OXID, resAddr orpc.PackedBindings) (*ExporterInfo, error)
	// Ping sends one ping of the set to the resolver at resAddr: a ComplexPing
	// when set is 0 or add or del is not empty, a SimplePing otherwise. It
	// returns the set's id.
	Ping(ctx context.Context, resAddr orpc.PackedBindings, set orpc.SETID, seq uint16, add, del []orpc.OID) (orpc.SETID, error)
}

// Registrar makes a process findable. Package scm implements it, embedded or
// over the host's daemon.
type Registrar interface {
	// RegisterExporter announces e. It returns the bindings of the resolver
	// that answers for e: they go into every OBJREF as saResAddr.
	RegisterExporter(ctx context.Context, e *Exporter) (resAddr orpc.PackedBindings, err error)
	// RevokeExporter takes the announcement back.
	RevokeExporter(ctx context.Context, e *Exporter)
	// RegisterClass announces that this process serves clsid.
	RegisterClass(ctx context.Context, e *Exporter, clsid com.CLSID) error
	// RevokeClass takes that back.
	RevokeClass(ctx context.Context, e *Exporter, clsid com.CLSID)
}

// Exporter is one object exporter of this process as resolvers and activators
// see it: an apartment with its OXID.
type Exporter struct{ apt *Apartment }

// OXID returns the exporter's identifier.
func (e *Exporter) OXID() orpc.OXID { return e.apt.oxid }

// Runtime returns the runtime that the exporter belongs to.
func (e *Exporter) Runtime() *Runtime { return e.apt.rt }

// Info returns what ResolveOxid2 answers.
func (e *Exporter) Info() ExporterInfo {
	rt := e.apt.rt
	return ExporterInfo{
		OXID:       e.apt.oxid,
		Bindings:   rt.exporterBindings(),
		RemUnknown: e.apt.remUnknown.ipid,
		AuthnHint:  rt.opt.AuthnLevel,
		Version:    orpc.Version57,
	}
}

// Owns reports for each OID whether the exporter has an object of that name
// that wants pings. It is safe for concurrent use.
func (e *Exporter) Owns(oids []orpc.OID) []bool {
	known := make([]bool, len(oids))
	for i, oid := range oids {
		m := e.apt.rt.oids.lookup(oid)
		known[i] = m != nil && m.apt == e.apt
	}
	return known
}

// Rundown lets objects go whose clients stopped pinging. Objects that were
// called within the last ping period are kept, and so are objects that
// something in this process holds: a lock or a table-strong packet
// ([MS-DCOM] 3.1.1.6.2). It returns the OIDs that are kept.
func (e *Exporter) Rundown(ctx context.Context, oids []orpc.OID) (kept []orpc.OID) {
	return e.apt.rundown(ctx, oids)
}

// Unpinged returns the OIDs of objects that want pings and that nobody has
// called or marshaled for the given number of ping periods: candidates for
// [Exporter.Rundown] unless they are in a ping set.
func (e *Exporter) Unpinged(periods int) []orpc.OID { return e.apt.unpinged(periods) }
