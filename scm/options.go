package scm

import (
	"log/slog"
	"time"

	"oxid/com"
	"oxid/marshal"
)

// Options configure what an object resolver does for its clients, embedded or
// as a daemon. The zero value is what DCOM prescribes.
type Options struct {
	// PingPeriod is how often clients ping; a set that was not pinged for three
	// periods expires ([MS-DCOM] 3.1.2.2). 0 means [marshal.PingPeriod]. The
	// runtimes behind the resolver, and their clients, need the same value.
	PingPeriod time.Duration
	// Limits bound what clients can make the resolver remember.
	Limits Limits
	// ActivationLevel is the lowest authentication level at which activation is
	// allowed; 0 allows all. Resolution and pings have no lowest level.
	ActivationLevel com.AuthnLevel
	// Logger receives what nobody's call reports; nil means slog.Default().
	Logger *slog.Logger
}

// Limits bound the tables of a resolver. A zero field takes its default.
type Limits struct {
	SetsPerClient int // ping sets of one client address; 1,024
	Sets          int // ping sets in all; 65,536
	OIDsPerSet    int // objects in one set; 1,048,576
	OIDsPerClient int // memberships in all sets of one client address; 1,048,576
	OIDs          int // memberships in all sets together; 4,194,304
}

// setPeriods is the number of ping periods after which a silent set expires
// ([MS-DCOM] 3.1.2.2).
const setPeriods = 3

// withDefaults fills in what was left at zero.
func (o Options) withDefaults() Options {
	if o.PingPeriod <= 0 {
		o.PingPeriod = marshal.PingPeriod
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	for _, l := range []struct {
		field *int
		value int
	}{
		{&o.Limits.SetsPerClient, 1 << 10},
		{&o.Limits.Sets, 1 << 16},
		{&o.Limits.OIDsPerSet, 1 << 20},
		{&o.Limits.OIDsPerClient, 1 << 20},
		{&o.Limits.OIDs, 1 << 22},
	} {
		if *l.field <= 0 {
			*l.field = l.value
		}
	}
	return o
}
