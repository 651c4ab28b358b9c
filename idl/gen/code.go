package gen

import (
	"strings"

	"oxid/idl/tree"
)

// code writes the statements that encode or decode values in one function.
type code struct {
	*printer
	v    string // the variable of the Encoder or Decoder: "e" or "d"
	ref  string // the same where a pointer to it is wanted: "&e" or "e"
	vars *scope
	at   leaves
	late []lateCheck

	// What follows changes as the printing goes into blocks and loops.
	guard  string   // condition under which the present statements run, "" for none
	loops  int      // how many loops are around them
	hoists []string // declarations that stand at the beginning of the function
}

// lateCheck is the comparison of a count with an expression whose names were
// not all decoded when the count was.
//
// An IDL file may name a size before or behind the array that it belongs to:
//
//	HRESULT Write([in, size_is(cb)] byte *pv, [in] unsigned long cb);
//
// Here pv arrives with a max_count that is bounded by the bytes left, and that
// it is cb can be said only when cb has been decoded, which comes behind it.
type lateCheck struct {
	got   string
	want  tree.Expr
	guard string // condition under which it is made, "" for none
}

// body prints what f prints, behind the variables that it found it needs.
func (c *code) body(f func()) {
	text := c.capture(f)
	for _, h := range c.hoists {
		c.line("%s", h)
	}
	c.hoists = nil
	c.b.WriteString(text)
}

// capture returns what f prints instead of printing it.
// It is how text comes to stand in front of what is printed later, and how a
// printed piece is looked at before it is used.
func (p *printer) capture(f func()) string {
	n := p.b.Len()
	f()
	text := string(p.b.Bytes()[n:])
	p.b.Truncate(n)
	return text
}

// hoist declares a variable that outlives the block in which it is set.
// What is decoded inside an if belongs to that block, but a comparison that has
// to wait stands behind it.
func (c *code) hoist(base, typ string) string {
	name := c.vars.local(base)
	c.vars.order = c.vars.order[:len(c.vars.order)-1] // it is no block's
	c.hoists = append(c.hoists, "var "+name+" "+typ)
	return name
}

// deref is the value that the Go pointer x leads to.
func deref(x string) string { return "*" + x }

// selector prepares x for a method or a field behind it: Go follows pointers
// by itself.
func selector(x string) string {
	x = strings.TrimPrefix(x, "*")
	return indexable(x)
}

// indexable prepares x for an index or a slice expression behind it.
func indexable(x string) string {
	if strings.HasPrefix(x, "*") {
		return "(" + x + ")"
	}
	return x
}

// rangeOf returns a [range] on t itself.
func rangeOf(t tree.Type) *tree.Range {
	for {
		a, ok := t.(*tree.Alias)
		if !ok {
			return nil
		}
		if a.Range != nil {
			return a.Range
		}
		t = a.Target
	}
}

// goSliceOK reports whether the elements of an array can be encoded by one
// call, and by which: a method of the coder or, for named types, Put and Get.
// Arrays of numbers are the bulk of the bytes that travel: one call moves them
// all. A range, or a Go type of its own, means one by one.
func (c *code) bulk(elem tree.Type) (method string, generic bool) {
	if _, ok := c.codec(elem); ok || rangeOf(elem) != nil {
		return "", false
	}
	s := c.scalarOf(elem)
	switch {
	case s == nil:
		return "", false
	// Put and Get take any type whose elements look on the wire as they do in
	// memory; enumerations of 16 bits do not.
	case s == enum32Scalar || s == hresultScalar || s.own:
		return "", true // both encode as the number that they are in Go
	case s.bulk != "":
		return s.bulk, false
	}
	return "", false
}

// each prints a loop over x around what body prints for an element.
// The index is left out where nothing needs it, as for marks of interface
// pointers, because Go refuses variables that are not used.
func (c *code) each(x string, body func(elem string)) {
	n := len(c.vars.order)
	i := c.vars.local("i")
	elem := indexable(x) + "[" + i + "]"
	c.loops++
	text := c.capture(func() { body(elem) })
	c.loops--
	if strings.Contains(text, "["+i+"]") {
		c.line("for %s := range %s {", i, x)
	} else {
		c.line("for range %s {", x)
	}
	c.b.WriteString(text)
	c.line("}")
	c.vars.leave(n)
}

// block prints what body prints behind an opening line, in a block of its own.
func (c *code) block(head string, body func()) {
	n := len(c.vars.order)
	c.line("%s {", head)
	body()
	c.line("}")
	c.vars.leave(n)
}

// The least number of bytes that a value takes on the wire, in both syntaxes:
// padding does not count, and what may be absent is absent.

// minFlat is that of the flat part of an embedded t.
// It is what Decoder.Count and Embedded bound sizes by, so a figure that is too
// high would refuse good data, and one that is too low only lets a hostile
// message promise more than it has. Where in doubt it is low.
func (g *generator) minFlat(t tree.Type) int {
	if c, ok := t.(*tree.Alias); ok && c.Xmit != nil && c.Xmit.Type != nil {
		return g.minFlat(c.Xmit.Type)
	}
	t = g.open(t)
	if s := g.scalarOf(t); s != nil {
		return int(max(t.Wire(tree.NDR20).Size, 1))
	}
	switch x := t.(type) {
	case *tree.Alias:
		if x.Xmit != nil && x.Xmit.Type != nil {
			return g.minFlat(x.Xmit.Type)
		}
		return int(max(x.Wire(tree.NDR20).Size, 1))
	case *tree.Struct:
		n := 0
		for _, f := range x.Fields {
			if f.Type != nil {
				n += g.minFlat(f.Type)
			}
		}
		return n
	case *tree.Union:
		if x.SwitchType != nil {
			return int(max(x.SwitchType.Wire(tree.NDR20).Size, 1))
		}
		return 1
	case *tree.SwitchedUnion:
		return int(max(x.SwitchType.Wire(tree.NDR20).Size, 1))
	case *tree.Array:
		return g.minArray(x, false)
	}
	return 4 // a pointer
}

// minArray is that of an array; root says that its max_counts are in front.
func (g *generator) minArray(a *tree.Array, root bool) int {
	if stringArray(a) {
		b := tree.BasicOf(a.Elem)
		n := 8 + int(b.Wire(tree.NDR20).Size)
		if root && a.Dims[0].Fixed < 0 {
			n += 4
		}
		return n
	}
	f := form(a)
	n := 0
	for i := range f.dyn {
		if root && f.dyn[i].Fixed < 0 {
			n += 4
		}
		if f.varying {
			n += 8
		}
	}
	if len(f.dyn) == 0 {
		// A product that overflows an int would be no bound at all.
		const enough = 1 << 20 // a lower bound may be lower
		n = g.minFlat(inner(a))
		n = int(min(int64(n)*a.Dims[0].Fixed, enough))
	}
	return n
}

// minRoot is that of t as a referent: everything but what its pointers lead to.
func (g *generator) minRoot(t tree.Type) int {
	o := g.open(t)
	switch x := o.(type) {
	case *tree.Array:
		return g.minArray(x, true)
	case *tree.Struct:
		if x.Wire(tree.NDR20).Conformant {
			return g.minFlat(o) + 4*len(conformantDims(g, x))
		}
	}
	return g.minFlat(t)
}

// conformantDims are the dimensions whose max_counts go in front of the
// outermost structure that contains t.
// The counts of a structure inside a structure move to the outermost one, so the
// way leads down the last fields ([C706] 14.3.7.1).
func conformantDims(g *generator, t tree.Type) []tree.Dim {
	switch x := g.open(t).(type) {
	case *tree.Struct:
		if n := len(x.Fields); n > 0 && x.Fields[n-1].Type != nil {
			return conformantDims(g, x.Fields[n-1].Type)
		}
	case *tree.Array:
		var ds []tree.Dim
		for _, d := range x.Dims {
			if d.Fixed < 0 {
				ds = append(ds, d)
			}
		}
		return ds
	}
	return nil
}

// hasPointers reports whether something of t is in the deferred part.
func (g *generator) hasPointers(t tree.Type) bool { return t.Wire(tree.NDR20).Pointers }
