package tree

// wireCache keeps the layouts of a struct or union. Trees are shared by
// goroutines, so the checker fills it with Freeze before anybody else sees the
// type, and reading never writes. By-value cycles do not occur: the checker
// puts Invalid where a type would contain itself.
type wireCache struct {
	done  bool
	value [2]Layout
	// size and align are those in C and depth the one that Depth returns, once
	// measured.
	measured      bool
	csize, calign int64
	depth         int
}

// Freeze computes the layouts that s caches. The checker calls it when all
// fields are final; s is read-only from then on.
func (s *Struct) Freeze() {
	s.layout.value = [2]Layout{fieldsLayout(s.Fields, NDR20), fieldsLayout(s.Fields, NDR64)}
	s.layout.done = true
}

// Freeze computes the layouts that u caches; see [Struct.Freeze].
func (u *Union) Freeze() {
	u.layout.value = [2]Layout{u.switched(u.SwitchType, NDR20), u.switched(u.SwitchType, NDR64)}
	u.layout.done = true
}

var unknownLayout = Layout{Size: -1, Align: 1}

// roundUp returns the first multiple of align from n on.
func roundUp(n, align int64) int64 { return (n + align - 1) / align * align }

// countAlign is the size and alignment of array counts.
func countAlign(s Syntax) int64 {
	if s == NDR64 {
		return 8
	}
	return 4
}

// pointerLayout is the layout of a referent id ([C706] 14.3.10, [MS-RPCE] 2.2.5.3.5).
func pointerLayout(s Syntax) Layout {
	n := countAlign(s)
	return Layout{Size: n, Align: n, Pointers: true}
}

// Wire implements [Type].
func (b *Basic) Wire(s Syntax) Layout {
	info := &basics[b.Kind]
	n := info.wire
	if n == 0 {
		// handle_t and void take no room; types of C alone cannot travel.
		if b.Kind == Handle || b.Kind == Void {
			return Layout{Align: 1}
		}
		return unknownLayout
	}
	if n < 0 { // __int3264
		n = countAlign(s)
	}
	return Layout{Size: n, Align: n, Plain: b.Kind != Boolean && (b.Kind != Int3264 && b.Kind != UInt3264 || s == NDR64)}
}

// Wire implements [Type].
func (e *Enum) Wire(s Syntax) Layout {
	// [C706] 14.2.6 gives enums 16 bits, [v1_enum] and NDR64 32.
	if e.V1 || s == NDR64 {
		return Layout{Size: 4, Align: 4, Plain: true}
	}
	return Layout{Size: 2, Align: 2}
}

// Wire implements [Type].
func (a *Alias) Wire(s Syntax) Layout {
	if a.Xmit != nil && a.Xmit.Type != nil {
		l := a.Xmit.Type.Wire(s)
		l.Plain = false
		return l
	}
	if a.Target == nil {
		return unknownLayout
	}
	l := a.Target.Wire(s)
	// Values have to be looked at one by one.
	if a.Range != nil || a.Xmit != nil {
		l.Plain = false
	}
	return l
}

// Wire implements [Type]; it is the layout of an embedded pointer.
func (p *Pointer) Wire(s Syntax) Layout { return pointerLayout(s) }

// Wire implements [Type].
func (p *InterfacePtr) Wire(s Syntax) Layout { return pointerLayout(s) }

// Wire implements [Type].
func (a *SafeArray) Wire(s Syntax) Layout { return pointerLayout(s) }

// Wire implements [Type].
func (c *ContextHandle) Wire(Syntax) Layout { return Layout{Size: 20, Align: 4} }

// Wire implements [Type].
func (p *Pipe) Wire(s Syntax) Layout { return Layout{Size: -1, Align: countAlign(s)} }

// Wire implements [Type].
func (f *Func) Wire(Syntax) Layout { return unknownLayout }

// Wire implements [Type].
func (o *Opaque) Wire(Syntax) Layout { return unknownLayout }

// Wire implements [Type].
func (Invalid) Wire(Syntax) Layout { return unknownLayout }

// Wire implements [Type]. An interface by itself has no representation.
func (i *Interface) Wire(Syntax) Layout { return unknownLayout }

// Wire implements [Type]. A dispinterface by itself has no representation.
func (d *Dispinterface) Wire(Syntax) Layout { return unknownLayout }

// Wire implements [Type].
func (a *Array) Wire(s Syntax) Layout {
	e := a.Elem.Wire(s)
	out := Layout{Size: -1, Align: e.Align, Pointers: e.Pointers, Conformant: a.Conformant()}
	// Offset and actual count stand before the elements.
	if a.Varying() {
		out.Align = max(out.Align, countAlign(s))
		return out
	}
	n := a.Count()
	if out.Conformant || e.Size < 0 || n < 0 {
		return out
	}
	stride := roundUp(e.Size, e.Align)
	const limit = 1 << 40 // keeps the products below in range
	if n > 0 && stride > limit/n {
		return out
	}
	if out.Size = 0; n > 0 {
		out.Size = stride*(n-1) + e.Size
	}
	out.Plain = e.Plain && stride == e.Size
	return out
}

// Wire implements [Type].
func (s *Struct) Wire(syn Syntax) Layout {
	if s.layout.done {
		return s.layout.value[syn]
	}
	return fieldsLayout(s.Fields, syn)
}

// fieldsLayout lays the fields of a struct out one behind the other, each at its
// alignment. NDR64 pads the end, NDR 2.0 does not ([MS-RPCE] 2.2.5.3.4.1).
func fieldsLayout(fields []*Field, s Syntax) Layout {
	out := Layout{Align: 1, Plain: true}
	for _, f := range fields {
		if f.Bits >= 0 || f.Type == nil {
			return unknownLayout // bit fields have no wire form
		}
		l := f.Type.Wire(s)
		out.Align = max(out.Align, l.Align)
		out.Pointers = out.Pointers || l.Pointers
		out.Conformant = out.Conformant || l.Conformant
		if out.Size < 0 || l.Size < 0 {
			out.Size, out.Plain = -1, false
			continue
		}
		// A hole before a field makes copying from memory wrong.
		at := roundUp(out.Size, l.Align)
		out.Plain = out.Plain && l.Plain && at == out.Size && f.Range == nil
		out.Size = at + l.Size
	}
	if s == NDR64 && out.Size >= 0 {
		if end := roundUp(out.Size, out.Align); end != out.Size {
			out.Size, out.Plain = end, false
		}
	}
	return out
}

// Wire implements [Type]: the layout of an encapsulated union, and for
// [SwitchedUnion] that of its union with the default discriminant.
func (u *Union) Wire(s Syntax) Layout {
	if u.layout.done {
		return u.layout.value[s]
	}
	return u.switched(u.SwitchType, s)
}

// switched is the layout of u behind a discriminant of the given type. As a
// member a union has the largest alignment of discriminant and arms.
func (u *Union) switched(disc Type, s Syntax) Layout {
	out := Layout{Size: -1, Align: 1}
	if disc != nil {
		out.Align = disc.Wire(s).Align
	}
	for _, a := range u.Arms {
		if a.Field == nil || a.Field.Type == nil {
			continue
		}
		l := a.Field.Type.Wire(s)
		out.Align = max(out.Align, l.Align)
		out.Pointers = out.Pointers || l.Pointers
	}
	return out
}

// Wire implements [Type].
func (u *SwitchedUnion) Wire(s Syntax) Layout { return u.Union.switched(u.SwitchType, s) }
