package scm

import (
	"context"
	"time"

	"oxid/marshal"
	"oxid/orpc"
)

// exporter is an object exporter as the resolver and the activators see it: an
// apartment of this process, or one behind a link. Every method but Info may
// block, and application code may run inside: no lock is held around a call.
type exporter interface {
	// Info returns what ResolveOxid2 answers.
	Info() marshal.ExporterInfo
	// Owns reports for each OID whether the exporter has an object of that name
	// that wants pings.
	Owns(ctx context.Context, oids []orpc.OID) ([]bool, error)
	// Unpinged returns objects that want pings and that nobody has used for more
	// than the given number of ping periods.
	Unpinged(ctx context.Context, periods int) ([]orpc.OID, error)
	// Rundown lets objects go whose clients stopped pinging; it returns those
	// that are kept.
	Rundown(ctx context.Context, oids []orpc.OID) (kept []orpc.OID, err error)
	// Activate creates an instance of a class of that process, or hands out its
	// class object.
	Activate(ctx context.Context, act marshal.Activation) ([]marshal.ActivationResult, error)
}

// exporterEntry is one row of the OXID table.
type exporterEntry struct {
	exporter
	oxid  orpc.OXID
	since time.Time // registration: what was pinged before is not known here
}

// apartmentExporter is an exporter of this process.
type apartmentExporter struct{ e *marshal.Exporter }

func (x apartmentExporter) Info() marshal.ExporterInfo { return x.e.Info() }

func (x apartmentExporter) Owns(_ context.Context, oids []orpc.OID) ([]bool, error) {
	return x.e.Owns(oids), nil
}

func (x apartmentExporter) Unpinged(_ context.Context, periods int) ([]orpc.OID, error) {
	return x.e.Unpinged(periods), nil
}

func (x apartmentExporter) Rundown(ctx context.Context, oids []orpc.OID) ([]orpc.OID, error) {
	return x.e.Rundown(ctx, oids), nil
}

func (x apartmentExporter) Activate(ctx context.Context, act marshal.Activation) ([]marshal.ActivationResult, error) {
	return x.e.Apartment().Activate(ctx, act)
}
