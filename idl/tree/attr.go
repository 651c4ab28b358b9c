package tree

import (
	"oxid/com"
	"oxid/idl/source"
)

// Attr is one attribute as written, with its arguments resolved.
type Attr struct {
	Name string // in lower case as the table of attributes spells it
	Pos  source.Pos
	// Args are the arguments that are expressions. An omitted one (as in
	// size_is(,n)) is nil.
	Args []Expr
	// GUID is the value of uuid, async_uuid and the like.
	GUID com.GUID
	// Type is the type argument of switch_type, wire_marshal and the like.
	Type Type
	// Text is the argument of helpstring, version, endpoint (joined by commas)
	// and of attributes that take free text or a bare name.
	Text string
}

// Attrs are the attributes of one thing in the order in which they were written.
type Attrs []*Attr

// Get returns the first attribute of that name, or nil.
func (as Attrs) Get(name string) *Attr {
	for _, a := range as {
		if a.Name == name {
			return a
		}
	}
	return nil
}

// Has reports whether there is an attribute of that name.
func (as Attrs) Has(name string) bool { return as.Get(name) != nil }
