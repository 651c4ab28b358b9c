package epm

import (
	"oxid/com"
	"oxid/dcerpc"
	"oxid/dcerpc/epm/internal/ept"
)

// Syntax is the endpoint mapper's interface ([C706] appendix O).
var Syntax = ept.EpmapperSyntax

// Statuses of the operations.
const (
	statusOK            = 0
	statusNotRegistered = 0x16C9A0D6 // also: no more entries
	statusCannotPerform = 0x000006D8
)

// annotationSize is the length of the annotation array, NUL included.
const annotationSize = 64

// item is an entry of a table with its form on the wire, which is made once and
// read by all answers.
type item struct {
	Entry
	twr  ept.Twr
	wire ept.Entry
}

// newItem makes an item. Annotations are cut to what there is room for.
func newItem(e Entry) *item {
	x := &item{Entry: e}
	x.twr.Octets = e.Tower.Append(nil) // of no alignment of its own ([C706] appendix L)
	x.wire = ept.Entry{Object: e.Object, Tower: &x.twr, Annotation: e.Annotation[:min(len(e.Annotation), annotationSize-1)]}
	return x
}

// tower decodes the octets of a tower, which may be NULL.
func tower(t *ept.Twr) (Tower, error) {
	if t == nil {
		return nil, nil
	}
	return ParseTower(t.Octets)
}

// newInquiry makes an inquiry of the arguments of Lookup. NULL pointers count
// as zeros where they are looked at.
func newInquiry(typ ept.Inquiry, object *com.GUID, iface *ept.IfID, vers ept.Versions) *inquiry {
	q := &inquiry{typ: typ, vers: vers}
	if object != nil {
		q.object = *object
	}
	if iface != nil {
		q.iface = dcerpc.SyntaxID{UUID: iface.UUID, Major: iface.Major, Minor: iface.Minor}
	}
	return q
}
