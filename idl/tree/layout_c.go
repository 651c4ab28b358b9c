package tree

const cPointer = 8 // size of a pointer on the target that sizeof describes

// CSize implements [Type].
func (b *Basic) CSize() (int64, int64) {
	n := basics[b.Kind].csize
	return n, max(n, 1)
}

// CSize implements [Type].
func (e *Enum) CSize() (int64, int64) { return 4, 4 }

// CSize implements [Type].
func (a *Alias) CSize() (int64, int64) {
	if a.Target == nil {
		return 0, 1
	}
	return a.Target.CSize()
}

// CSize implements [Type].
func (p *Pointer) CSize() (int64, int64) { return cPointer, cPointer }

// CSize implements [Type].
func (p *InterfacePtr) CSize() (int64, int64) { return cPointer, cPointer }

// CSize implements [Type].
func (a *SafeArray) CSize() (int64, int64) { return cPointer, cPointer }

// CSize implements [Type].
func (c *ContextHandle) CSize() (int64, int64) { return cPointer, cPointer }

// CSize implements [Type].
func (p *Pipe) CSize() (int64, int64) { return 4 * cPointer, cPointer }

// CSize implements [Type].
func (f *Func) CSize() (int64, int64) { return 0, 1 }

// CSize implements [Type].
func (o *Opaque) CSize() (int64, int64) { return 0, 1 }

// CSize implements [Type].
func (Invalid) CSize() (int64, int64) { return 0, 1 }

// CSize implements [Type].
func (i *Interface) CSize() (int64, int64) { return cPointer, cPointer }

// CSize implements [Type].
func (d *Dispinterface) CSize() (int64, int64) { return cPointer, cPointer }

// CSize implements [Type]. A conformant dimension counts one element, as the
// C declaration that MIDL prints does.
func (a *Array) CSize() (int64, int64) {
	size, align := a.Elem.CSize()
	for i := range a.Dims {
		n := max(a.Dims[i].Fixed, 1)
		const limit = 1 << 40
		if size > limit/n {
			return 0, align
		}
		size *= n
	}
	return size, align
}

// CSize implements [Type]. Bit fields are counted as whole fields of their type.
func (s *Struct) CSize() (int64, int64) {
	if s.layout.measured {
		return s.layout.csize, s.layout.calign
	}
	size, align := int64(0), int64(1)
	for _, f := range s.Fields {
		if f.Type == nil {
			continue
		}
		n, al := f.Type.CSize()
		if s.Pack > 0 {
			al = min(al, int64(s.Pack))
		}
		size, align = roundUp(size, al)+n, max(align, al)
	}
	return roundUp(size, align), align
}

// CSize implements [Type].
func (u *Union) CSize() (int64, int64) {
	if u.layout.measured {
		return u.layout.csize, u.layout.calign
	}
	size, align := int64(0), int64(1)
	for _, a := range u.Arms {
		if a.Field == nil || a.Field.Type == nil {
			continue
		}
		n, al := a.Field.Type.CSize()
		size, align = max(size, n), max(align, al)
	}
	if u.Encapsulated && u.SwitchType != nil {
		n, al := u.SwitchType.CSize()
		size, align = roundUp(n, align)+size, max(align, al)
	}
	return roundUp(size, align), align
}

// CSize implements [Type].
func (u *SwitchedUnion) CSize() (int64, int64) { return u.Union.CSize() }
