package check

import (
	"fmt"
	"strings"

	"oxid/idl/tree"
)

// checkMethod reports what a method that travels cannot carry, and what other
// compilers refuse.
func (c *checker) checkMethod(w *ifaceWork, m *tree.Method) {
	list := &w.x.m.list
	if w.i.Object && !m.HRESULT && !tree.IsInvalid(m.RetDeclared) {
		list.Warnf(m.Pos, len(m.Name), "%s.%s does not return HRESULT; MIDL refuses this in an object interface", w.i.Name, m.Name).
			Fix("return HRESULT, or mark the method [local]")
	}
	why := ""
	for _, p := range m.Params {
		if p.Status {
			continue
		}
		r := c.carryOut(w, p)
		if r == "" {
			r = c.carryParam(w.i, p)
		}
		if r != "" && why == "" {
			name := p.Name
			if name == "" {
				name = fmt.Sprint(p.Index + 1)
			}
			why = "parameter " + name + ": " + r
		}
	}
	if b := tree.BasicOf(m.Ret); why == "" && (b == nil || b.Kind != tree.Void) {
		if r := c.carry(m.Ret); r != "" {
			why = "return value: " + r
		}
	}
	// Where there are errors, their consequences are no news.
	if m.Problem = why; why != "" && list.Errors()+w.x.m.unit.list.Errors() == 0 {
		d := list.Warnf(m.Pos, len(m.Name), "%s.%s cannot travel: %s", w.i.Name, m.Name, why)
		if i := announced(m); i != nil && strings.Contains(why, i.Name+" is only announced") {
			d.Fix("import the file that declares %s", i.Name)
			if file := w.x.m.standardFile(typeSpace, i.Name); file != "" {
				d.Fix("add import %q;", file)
			}
			return
		}
		d.Fix("describe it for the wire, or mark the method [local] and add a [call_as] method")
	}
}

// announced returns the first interface that m has pointers to and of which no
// more than the name is known, nil for none.
func announced(m *tree.Method) *tree.Interface {
	for _, p := range m.Params {
		t := p.Type
		for {
			switch u := t.(type) {
			case *tree.Pointer:
				t = u.Elem
				continue
			case *tree.Array:
				t = u.Elem
				continue
			case *tree.InterfacePtr:
				if i := u.Interface; i != nil && !i.Complete && !i.HasUUID && u.IIDIs == nil {
					return i
				}
			}
			break
		}
	}
	return nil
}

// carryOut says why nothing can be returned through an [out] parameter, or "".
func (c *checker) carryOut(w *ifaceWork, p *tree.Param) string {
	if !p.Out || p.Handle {
		return ""
	}
	switch t := p.Type.(type) {
	case *tree.Pointer, *tree.Array, tree.Invalid, *tree.Opaque, *tree.Pipe:
		if ptr, ok := t.(*tree.Pointer); ok && !p.In && ptr.Explicit && ptr.Kind != tree.Ref {
			w.x.m.list.Warnf(p.Pos, max(len(p.Name), 1), "[out] parameter %s is [unique] or [ptr]; MIDL refuses this without [in]", p.Name).Fix("write [ref]")
		}
		return ""
	case *tree.InterfacePtr:
		return "[out] needs a pointer to the interface pointer: " + strings.TrimSpace(p.Declared.String()) + "*"
	}
	return "[out] needs a pointer: " + p.Declared.String() + " *"
}

// carryParam says why a parameter cannot travel, or "".
func (c *checker) carryParam(i *tree.Interface, p *tree.Param) string {
	if p.Handle {
		if i.Object {
			return "an object interface has no binding handles"
		}
		return ""
	}
	t := p.Type
	if a, ok := t.(*tree.Pointer); ok {
		if _, ok := a.Elem.(*tree.ContextHandle); ok {
			t = a.Elem
		}
	}
	if _, ok := t.(*tree.ContextHandle); ok && i.Object {
		return "an object interface has no context handles"
	}
	if _, ok := t.(*tree.Pipe); ok && i.Object {
		return "an object interface has no pipes; use IPipeByte and its relatives"
	}
	// Type library marshaling carries enums as long.
	if i.OleAutomation {
		if e := enumOf(p.Type); e != nil {
			return ""
		}
	}
	return c.carry(p.Type)
}

// enumOf returns the enum that t is or points to, nil for another type.
func enumOf(t tree.Type) *tree.Enum {
	e, _ := pointee(t).(*tree.Enum)
	return e
}

// carry says why values of t cannot travel, or "". The answer for a struct or
// union is kept; while it is being found, inner uses count as fine.
func (c *checker) carry(t tree.Type) string {
	switch t := t.(type) {
	case *tree.Basic:
		switch t.Kind {
		case tree.Void:
			return "void is no value"
		// handle_t as a parameter was dealt with; inside data it means nothing.
		case tree.Handle:
			return "a binding handle is not transmitted"
		case tree.LongDouble, tree.Int128:
			return t.String() + " has no wire form"
		}
	case *tree.Enum:
		return c.carryEnum(t)
	case *tree.Alias:
		// What matters is the type on the wire, not the one in memory.
		if t.Xmit != nil && t.Xmit.Type != nil {
			return c.carry(t.Xmit.Type)
		}
		if t.Target != nil {
			return c.carry(t.Target)
		}
	case *tree.Struct:
		return c.carryStruct(t)
	case *tree.Union:
		switch {
		case !t.Complete:
			return t.String() + " is only announced"
		case t.C:
			return t.String() + " has no [case]s, so nobody knows which member is meant"
		// The use did not say switch_is, or it would be a SwitchedUnion.
		case !t.Encapsulated:
			return t.String() + " needs switch_is, so that its arm is known"
		}
		return c.carryArms(t)
	case *tree.SwitchedUnion:
		if t.Union.C {
			return t.Union.String() + " has no [case]s, so nobody knows which member is meant"
		}
		return c.carryArms(t.Union)
	case *tree.Pointer:
		switch e := tree.Unalias(t.Elem).(type) {
		case *tree.Basic:
			if e.Kind == tree.Void && tree.Unalias(t.Elem) == tree.Type(e) && !isXmit(t.Elem) {
				return "void * does not tell what it points to"
			}
		case *tree.Func:
			return "a pointer to a function"
		}
		return c.carry(t.Elem)
	case *tree.Array:
		return c.carryArray(t)
	case *tree.InterfacePtr:
		// Without an id nobody can be asked for the interface. With iid_is the
		// id comes at run time; IUnknown's is known to everybody.
		if i := t.Interface; i != nil && !i.HasUUID && !i.WinRT && i.Name != "IUnknown" && t.IIDIs == nil {
			if !i.Complete {
				return "interface " + i.Name + " is only announced, its uuid is not known"
			}
			return "interface " + i.Name + " has no uuid"
		}
	case *tree.Pipe:
		return c.carry(t.Elem)
	case *tree.SafeArray:
		return ""
	case *tree.Func:
		return "a function"
	case *tree.Interface, *tree.Dispinterface:
		return "an interface by value"
	case *tree.Opaque:
		return t.Name + " is a type of the Windows Runtime"
	}
	return ""
}

// carryStruct says why a struct cannot travel, or "". Fields marked [ignore]
// are left out of it: they are not transmitted.
func (c *checker) carryStruct(s *tree.Struct) string {
	if !s.Complete {
		return s.String() + " is only announced"
	}
	if why, ok := c.carried[s]; ok {
		return why
	}
	// A struct that refers to itself by pointers may travel, if the rest may.
	c.carried[s] = ""
	why := ""
	if f := notLast(s); f != nil {
		why = f.String() + " of " + s.String() + " has no fixed size and is not the last"
	}
	for _, f := range s.Fields {
		switch {
		case why != "":
		case f.Bits >= 0:
			why = "bit field " + f.Name + " of " + s.String()
		case f.Ignore || f.Type == nil:
			continue
		default:
			if r := c.carry(f.Type); r != "" {
				why = f.String() + " of " + s.String() + ": " + r
			}
		}
		if why != "" {
			break
		}
	}
	c.carried[s] = why
	return why
}

// carryArms says why a union cannot travel, or "". An arm of varying size could
// not be placed: its count would have to stand before the union.
func (c *checker) carryArms(u *tree.Union) string {
	if !u.Complete {
		return u.String() + " is only announced"
	}
	if why, ok := c.carried[u]; ok {
		return why
	}
	c.carried[u] = ""
	why := ""
	for _, a := range u.Arms {
		if a.Field == nil || a.Field.Type == nil {
			continue
		}
		if a.Field.Bits >= 0 {
			why = "bit field " + a.Field.Name
		} else if a.Field.Type.Wire(tree.NDR20).Conformant {
			why = "member " + a.Field.Name + " of " + u.String() + " has no fixed size and is held by value"
		} else if r := c.carry(a.Field.Type); r != "" {
			why = "member " + a.Field.Name + " of " + u.String() + ": " + r
		}
		if why != "" {
			break
		}
	}
	c.carried[u] = why
	return why
}

// carryArray says why an array cannot travel, or "". A string tells its own
// length, any other array needs somebody to tell it.
func (c *checker) carryArray(a *tree.Array) string {
	for _, d := range a.Dims {
		if d.Fixed < 0 && d.Size == nil && !a.IsString {
			return "the size of an array is not told; add size_is"
		}
	}
	switch e := tree.Unalias(a.Elem).(type) {
	case *tree.Basic:
		if e.Kind == tree.Void && !isXmit(a.Elem) {
			return "void has no size; write byte *"
		}
	case *tree.Struct:
		if e.Wire(tree.NDR20).Conformant && !isXmit(a.Elem) {
			return "elements of varying size (" + e.String() + ") cannot be held by value"
		}
	}
	return c.carry(a.Elem)
}

// carryEnum warns of enums whose values do not fit into the 16 bits that they
// travel in ([C706] 14.2.6).
func (c *checker) carryEnum(e *tree.Enum) string {
	if e.V1 || c.carried[e] != "" {
		return ""
	}
	// Once for each enum is enough; it is a warning of the enum, not of its uses.
	c.carried[e] = "checked"
	for _, m := range e.Members {
		if m.Value < 0 || m.Value > 32767 {
			for _, mod := range c.modules {
				if mod.out == e.File {
					mod.list.Warnf(m.Pos, len(m.Name), "%s = %d does not fit into the 16 bits in which %s travels", m.Name, m.Value, e).
						Fix("write [v1_enum] before the enum, if both sides agree")
				}
			}
			break
		}
	}
	return ""
}
