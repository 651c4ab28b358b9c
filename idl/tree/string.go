package tree

import (
	"strconv"
	"strings"
)

func (*Basic) typ()         {}
func (*Alias) typ()         {}
func (*Struct) typ()        {}
func (*Union) typ()         {}
func (*Enum) typ()          {}
func (*Interface) typ()     {}
func (*Dispinterface) typ() {}
func (*Pointer) typ()       {}
func (*InterfacePtr) typ()  {}
func (*Array) typ()         {}
func (*SwitchedUnion) typ() {}
func (*ContextHandle) typ() {}
func (*Pipe) typ()          {}
func (*SafeArray) typ()     {}
func (*Func) typ()          {}
func (*Opaque) typ()        {}
func (Invalid) typ()        {}

// String implements [Type].
func (b *Basic) String() string { return b.Kind.String() }

// String implements [Type].
func (a *Alias) String() string { return a.Name }

// tagged names a struct, union or enum by its tag, else by its typedef.
func tagged(word, tag string, td *Alias) string {
	switch {
	case tag != "":
		return word + " " + tag
	case td != nil:
		return td.Name
	}
	return word + " without a name"
}

// String implements [Type].
func (s *Struct) String() string { return tagged("struct", s.Name, s.Typedef) }

// String implements [Type].
func (u *Union) String() string { return tagged("union", u.Name, u.Typedef) }

// String implements [Type].
func (e *Enum) String() string { return tagged("enum", e.Name, e.Typedef) }

// String implements [Type].
func (i *Interface) String() string { return i.Name }

// String implements [Type].
func (d *Dispinterface) String() string { return d.Name }

// String implements [Type].
func (p *Pointer) String() string {
	if p.Alias != nil {
		return p.Alias.Name
	}
	s := p.Elem.String()
	if f, ok := p.Elem.(*Func); ok {
		return f.Ret.String() + " (" + callConvPrefix(f) + "*)" + paramList(f)
	}
	if p.Const {
		s = "const " + s
	}
	if strings.HasSuffix(s, "*") {
		return s + "*"
	}
	return s + " *"
}

// String implements [Type].
func (p *InterfacePtr) String() string {
	switch {
	case p.Alias != nil:
		return p.Alias.Name
	case p.Disp != nil:
		return p.Disp.Name + " *"
	case p.Interface != nil:
		return p.Interface.Name + " *"
	}
	return "void *"
}

// String implements [Type].
func (a *Array) String() string {
	if a.Alias != nil {
		return a.Alias.Name
	}
	var b strings.Builder
	b.WriteString(a.Elem.String())
	for _, d := range a.Dims {
		b.WriteByte('[')
		if d.Fixed >= 0 {
			b.WriteString(strconv.FormatInt(d.Fixed, 10))
		}
		b.WriteByte(']')
	}
	return b.String()
}

// String implements [Type].
func (u *SwitchedUnion) String() string {
	if u.Alias != nil {
		return u.Alias.Name
	}
	return u.Union.String()
}

// String implements [Type].
func (c *ContextHandle) String() string {
	if c.Alias != nil {
		return c.Alias.Name
	}
	return c.Declared.String()
}

// String implements [Type].
func (p *Pipe) String() string {
	if p.Alias != nil {
		return p.Alias.Name
	}
	return "pipe " + p.Elem.String()
}

// String implements [Type].
func (a *SafeArray) String() string { return "SAFEARRAY(" + a.Elem.String() + ")" }

// callConvPrefix is a calling convention with a blank behind it, or nothing.
func callConvPrefix(f *Func) string {
	if f.CallConv == "" {
		return ""
	}
	return f.CallConv + " "
}

// paramList writes the types of a function's parameters.
func paramList(f *Func) string {
	var parts []string
	for _, p := range f.Params {
		parts = append(parts, p.Declared.String())
	}
	if f.Variadic {
		parts = append(parts, "...")
	}
	return "(" + strings.Join(parts, ", ") + ")"
}

// String implements [Type].
func (f *Func) String() string { return f.Ret.String() + " " + paramList(f) }

// String implements [Type].
func (o *Opaque) String() string { return o.Name }

// String implements [Type].
func (Invalid) String() string { return "<invalid>" }

// String names f for a message: "field x", or "an unnamed field".
func (f *Field) String() string {
	if f.Name == "" {
		return "an unnamed field"
	}
	return "field " + f.Name
}
