package tree

// Syntax is a transfer syntax.
type Syntax uint8

// The transfer syntaxes that code is generated for.
const (
	NDR20 Syntax = iota // [C706] 14.2, [MS-RPCE] 2.2.4
	NDR64               // [MS-RPCE] 2.2.5
)

// Layout is what is known of a type's flat representation (without the
// referents of embedded pointers) before there is a value.
type Layout struct {
	// Size is the number of octets from an aligned start, -1 when it depends
	// on the value. NDR64 structures include their trailing padding.
	Size int64
	// Align is 1, 2, 4 or 8.
	Align int64
	// Pointers is true when the type contains embedded pointers, so that
	// referents may follow.
	Pointers bool
	// Conformant is true for a struct or array whose max_counts are moved in
	// front of the outermost structure ([C706] 14.3.7.1).
	Conformant bool
	// Plain is true when Size octets can be copied from memory as they are on
	// a little-endian machine: numbers of fixed size without padding between
	// them, no enum of 16 bits, no boolean.
	Plain bool
}
