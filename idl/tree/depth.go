package tree

// Measure computes what s remembers of its size in C and its depth. The
// checker calls it when all fields have their types.
func (s *Struct) Measure() {
	size, align := s.CSize()
	depth := 0
	for _, f := range s.Fields {
		depth = max(depth, Depth(f.Declared))
	}
	s.layout.csize, s.layout.calign, s.layout.depth, s.layout.measured = size, align, depth+1, true
}

// Measure computes what u remembers; see [Struct.Measure].
func (u *Union) Measure() {
	size, align := u.CSize()
	depth := 0
	for _, a := range u.Arms {
		depth = max(depth, Depth(a.Field.Declared))
	}
	u.layout.csize, u.layout.calign, u.layout.depth, u.layout.measured = size, align, depth+1, true
}

// Measure computes what a remembers of its depth.
func (a *Alias) Measure() {
	a.depth = 1 + Depth(a.Target)
	if a.Xmit != nil {
		a.depth = max(a.depth, 1+Depth(a.Xmit.Type))
	}
}

// Depth returns how deep types stand inside t: the number of calls that a
// walk down the type needs. Structs and unions count where they are held by
// value, and not behind pointers, where types may be endless.
func Depth(t Type) int {
	switch t := t.(type) {
	case *Alias:
		return t.depth
	case *Struct:
		return t.layout.depth
	case *Union:
		return t.layout.depth
	case *Pointer:
		n, e := 1, t.Elem
		for a, ok := e.(*Alias); ok && a.Target != nil; a, ok = e.(*Alias) {
			n, e = n+1, a.Target
		}
		switch e.(type) {
		case *Struct, *Union:
			return n
		}
		return n + Depth(e)
	case *Array:
		return 1 + Depth(t.Elem)
	case *SafeArray:
		return 1 + Depth(t.Elem)
	case *Pipe:
		return 1 + Depth(t.Elem)
	case *Func:
		n := Depth(t.Ret)
		for _, p := range t.Params {
			n = max(n, Depth(p.Declared))
		}
		return n + 1
	}
	return 0
}
