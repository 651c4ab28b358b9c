package gen

import "oxid/idl/tree"

// Go slices know their length, and the unions of this package their tag. So most
// parameters that IDL needs for that are superfluous in Go. They stay on the wire.

// folder finds the parameters of one method that say nothing which a slice or
// a union does not say by itself: they leave the Go signature.
//
// This is what makes
//
//	HRESULT Sum([in] unsigned long n, [in, size_is(n)] double *v, [out, retval] double *sum);
//
// into Sum(ctx, v []float64) (sum float64, err error). A parameter is folded
// when every mention of it is such a plain one. If it is used in an expression,
// or means something by itself, it stays, and is compared with the length.
type folder struct {
	*generator
	uses map[*tree.Param][]use
}

// use is one place where an expression names a parameter.
type use struct {
	by   *tree.Param
	kind useKind
}

type useKind uint8

const (
	otherUse  useKind = iota // anything that is no plain name, or no plain place
	sizeUse                  // size_is of a parameter that is a slice, without length_is
	roomUse                  // size_is of one with length_is
	lengthUse                // length_is
	tagUse                   // switch_is of a parameter that is a union
)

// newFolder looks through the attributes of all parameters of m.
func newFolder(g *generator, m *tree.Method) *folder {
	f := &folder{g, map[*tree.Param][]use{}}
	for _, p := range m.Params {
		f.collect(p)
	}
	return f
}

// collect notes what the attributes of p name.
func (f *folder) collect(p *tree.Param) {
	t := carried(p)
	if a := sliceOf(f.generator, t); a != nil {
		d := &form(a).dyn[0]
		// size_is and length_is of one array by two parameters: the first tells how
		// much room there is, which a slice does not say, and stays.
		size := sizeUse
		if d.Length != nil && !sameRef(d.Length, d.Size) {
			size = roomUse
		}
		f.note(p, d.Size, size)
		f.note(p, d.Length, lengthUse)
		f.note(p, d.First, otherUse)
		f.nested(p, a.Elem)
		for i := range a.Dims[1:] {
			f.dims(p, &a.Dims[i+1])
		}
		return
	}
	if u, ok := t.(*tree.SwitchedUnion); ok {
		f.note(p, u.Switch, tagUse)
		return
	}
	f.nested(p, t)
}

// nested notes everything that is named inside a type as no plain use.
func (f *folder) nested(p *tree.Param, t tree.Type) {
	switch x := t.(type) {
	case *tree.Pointer:
		f.nested(p, x.Elem)
	case *tree.Array:
		for i := range x.Dims {
			f.dims(p, &x.Dims[i])
		}
		f.nested(p, x.Elem)
	case *tree.SwitchedUnion:
		f.note(p, x.Switch, otherUse)
	case *tree.InterfacePtr:
		f.note(p, x.IIDIs, otherUse)
	}
}

// dims notes what one dimension names that is no slice of its own.
func (f *folder) dims(p *tree.Param, d *tree.Dim) {
	f.note(p, d.Size, otherUse)
	f.note(p, d.Length, otherUse)
	f.note(p, d.First, otherUse)
}

// note files a mention. *n is as plain as n, because a pointer parameter's value
// is what it leads to.
func (f *folder) note(by *tree.Param, e tree.Expr, kind useKind) {
	if e == nil {
		return
	}
	if r, ok := refOf(e).(*tree.ParamRef); ok {
		f.uses[r.Param] = append(f.uses[r.Param], use{by, kind})
		return
	}
	walkExpr(e, func(e tree.Expr) {
		if r, ok := e.(*tree.ParamRef); ok {
			f.uses[r.Param] = append(f.uses[r.Param], use{by, otherUse})
		}
	})
}

// refOf strips dereferences and casts from a name.
func refOf(e tree.Expr) tree.Expr {
	for {
		switch x := e.(type) {
		case *tree.Unary:
			if x.Op != "*" {
				return e
			}
			e = x.X
		case *tree.Cast:
			e = x.X
		default:
			return e
		}
	}
}

// sameRef reports whether both are the name of one parameter.
func sameRef(a, b tree.Expr) bool {
	x, ok1 := refOf(a).(*tree.ParamRef)
	y, ok2 := refOf(b).(*tree.ParamRef)
	return ok1 && ok2 && x.Param == y.Param
}

// sliceOf returns the array that t is in Go a slice of: an array, or a pointer
// to one that is not full, with one dynamic dimension.
func sliceOf(g *generator, t tree.Type) *tree.Array {
	t = g.open(t)
	if ptr, ok := t.(*tree.Pointer); ok && ptr.Kind != tree.Full {
		t = g.open(ptr.Elem)
	}
	if a, ok := t.(*tree.Array); ok {
		if f := form(a); !f.str && len(f.dyn) == 1 {
			return a
		}
	}
	return nil
}

// fold gives parameters their roles.
func (f *folder) fold(inOf, outOf map[*tree.Param]*value, names *scope, pm *method) {
	for _, p := range pm.m.Params {
		uses := f.uses[p]
		// What goes both ways need not be the same length both times.
		if len(uses) == 0 || p.Retval || p.In && p.Out {
			continue
		}
		if v := inOf[p]; v != nil && f.countable(v) {
			f.foldIn(v, uses, inOf, outOf, names)
		} else if v := outOf[p]; v != nil && f.countable(v) {
			f.foldOut(v, uses, outOf)
		}
	}
	f.reuse(inOf, outOf)
}

// reuse lets the reply of an [in, out] array be decoded into the slice that
// the caller passed, as memory is in C (CF-439).
func (f *folder) reuse(inOf, outOf map[*tree.Param]*value) {
	for p, v := range outOf {
		if in := inOf[p]; in != nil && sliceOf(f.generator, v.typ) != nil && !f.hasObjects(v.typ) {
			v.into, v.reuse = in, true
		}
	}
}

// countable reports whether v is an integer by value.
func (f *folder) countable(v *value) bool {
	s := f.scalarOf(v.typ)
	return s != nil && (s.number || s.typ == "bool")
}

// foldIn decides on a parameter of the request. Its owner is the slice whose
// length it is; where there are several, one that cannot be nil is better. An
// [out] array of the same size goes by the owner, too.
func (f *folder) foldIn(v *value, uses []use, inOf, outOf map[*tree.Param]*value, names *scope) {
	var owner *value
	var lone *tree.Param
	tags := 0
	for _, u := range uses {
		in := u.by.In || !u.by.Out
		switch {
		case u.kind == tagUse && in && !u.by.Out:
			tags++
			owner = inOf[u.by]
			continue
		case u.kind == sizeUse && in, u.kind == lengthUse && in:
			if o := inOf[u.by]; owner == nil || nullable(owner) && !nullable(o) {
				owner = o
			}
		// The size of what comes back: no owner, but no obstacle.
		case (u.kind == sizeUse || u.kind == roomUse) && !in:
			lone = u.by
		default:
			return
		}
	}
	if tags > 0 {
		if tags == len(uses) && tags == 1 && f.tagFits(v, owner) {
			v.role, v.of = tagOf, owner
		}
		return
	}
	switch {
	case !f.isCount(v):
	case owner != nil:
		v.role, v.of = lengthOf, owner
	case len(uses) == 1 && uses[0].kind == roomUse:
		out := outOf[lone]
		if nullable(out) || !lengthIsOut(f.generator, out) {
			return
		}
		// The shape of IStream.Read: the caller's slice in, what was got out.
		slice := &value{p: lone, name: out.name, typ: out.typ, role: callers, of: out}
		out.name = names.take("got")
		out.into = slice
		v.role, v.of = lengthOf, slice
	}
}

// isCount reports whether v is an integer that is no truth value.
func (f *folder) isCount(v *value) bool { return f.scalarOf(v.typ).typ != "bool" }

// tagFits reports whether a union's own tag can stand for the parameter.
func (f *folder) tagFits(v, u *value) bool {
	x, ok := u.typ.(*tree.SwitchedUnion)
	return ok && f.scalarOf(x.SwitchType) != nil && f.isCount(v)
}

// lengthIsOut reports whether the length_is of an [out] array names an [out]
// parameter, so that the server says how much there is.
func lengthIsOut(g *generator, v *value) bool {
	a := sliceOf(g, v.typ)
	r, ok := refOf(form(a).dyn[0].Length).(*tree.ParamRef)
	return ok && r.Param.Out
}

// foldOut decides on a parameter of the reply: the length of the slices that
// come with it. All of them have to have one length then.
func (f *folder) foldOut(v *value, uses []use, outOf map[*tree.Param]*value) {
	var owner *value
	tags := 0
	for _, u := range uses {
		if !u.by.Out || u.by.In {
			return
		}
		switch u.kind {
		case tagUse:
			tags++
			owner = outOf[u.by]
		case sizeUse, lengthUse:
			if o := outOf[u.by]; owner == nil || nullable(owner) && !nullable(o) {
				owner = o
			}
		default:
			return
		}
	}
	switch {
	// A union and a slice by one parameter would be two masters.
	case tags == 0 && f.isCount(v):
		v.role, v.of = lengthOf, owner
	case tags == 1 && len(uses) == 1 && f.tagFits(v, owner):
		v.role, v.of = tagOf, owner
	}
}

// nullable reports whether the slice v can be nil on the wire.
func nullable(v *value) bool {
	_, ok := v.typ.(*tree.Pointer)
	return ok
}
