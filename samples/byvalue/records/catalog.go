package records

import (
	"context"
	"strings"
	"sync/atomic"

	"oxid/com"
	"oxid/samples/byvalue"
)

// Catalog is the class Catalog: it hands out sets of its records by value and
// knows how many of them are in use elsewhere. It is safe for concurrent use.
type Catalog struct {
	items  []byvalue.Record
	leases atomic.Int32
}

// NewCatalog makes a catalog of items, which it keeps.
func NewCatalog(items []byvalue.Record) *Catalog { return &Catalog{items: items} }

// Leases returns how many of the sets that were handed out have copies in
// other processes.
func (c *Catalog) Leases() int { return int(c.leases.Load()) }

// Find implements byvalue.ICatalog.
func (c *Catalog) Find(_ context.Context, prefix string) (byvalue.IRecordSet, error) {
	var found []byvalue.Record
	for _, r := range c.items {
		if strings.HasPrefix(r.Name, prefix) {
			found = append(found, r)
		}
	}
	return New(found, &lease{catalog: c}), nil
}

// Total implements byvalue.ICatalog. The set is a copy whoever made it, so that
// reading it calls nobody.
func (c *Catalog) Total(ctx context.Context, set byvalue.IRecordSet) (total float64, err error) {
	if set == nil {
		return 0, com.E_POINTER
	}
	n, err := set.Count(ctx)
	if err != nil {
		return 0, err
	}
	for i := range n {
		r, err := set.Item(ctx, i)
		if err != nil {
			return 0, err
		}
		total += r.Price
	}
	return total, nil
}

// lease is the owner of one set. It has no methods for clients: they hold it,
// and that is all.
type lease struct {
	catalog *Catalog
	out     atomic.Bool // held by others
}

// AddConnection implements com.IExternalConnection: the set has left the process.
func (l *lease) AddConnection(context.Context, com.EXTCONN, uint32) uint32 {
	if !l.out.Swap(true) {
		l.catalog.leases.Add(1)
	}
	return 1
}

// ReleaseConnection implements com.IExternalConnection: no copy is in use any more.
func (l *lease) ReleaseConnection(context.Context, com.EXTCONN, uint32, bool) uint32 {
	if l.out.Swap(false) {
		l.catalog.leases.Add(-1)
	}
	return 0
}
