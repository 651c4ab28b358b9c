package gen

import (
	"math"
	"strconv"
	"strings"

	"oxid/idl/tree"
)

// Enumerations are types of their own over int32, which is what they are in C and
// in NDR64, whatever NDR 2.0 makes of them. Constants have the type that the IDL
// gives them, so that a DWORD does not become an int.

// printEnum prints an enumeration, its members and their names.
func (p *printer) printEnum(e *tree.Enum) {
	name := p.names[e]
	if name != "" {
		p.typeDoc(e.Header(), e.Typedef, name)
		p.line("type %s int32\n", name)
		p.line("// Values of %s.", name)
	}
	if len(e.Members) == 0 {
		return
	}
	p.line("const (")
	for _, m := range e.Members {
		p.doc(&m.Head, "")
		p.line("%s %s = %d", p.names[m], name, int32(m.Value))
	}
	p.line(")\n")
	if name == "" {
		return
	}
	p.line("// String returns the name of v as the IDL has it.")
	p.line("func (v %s) String() string {", name)
	p.line("switch v {")
	seen := map[int32]bool{}
	for _, m := range e.Members {
		// Two names of one value: the first one is printed.
		if !seen[int32(m.Value)] {
			seen[int32(m.Value)] = true
			p.line("case %s:", p.names[m])
			p.line("return %q", m.Name)
		}
	}
	p.line("}")
	p.line("return %q + %s(int64(v), 10) + \")\"", name+"(", p.std("strconv")+".FormatInt")
	p.line("}\n")
}

// std imports a package of the standard library.
func (p *printer) std(name string) string {
	p.imports[name] = name
	return name
}

// printAlias prints a typedef as a Go alias.
func (p *printer) printAlias(a *tree.Alias) {
	name := p.names[a]
	if name == "" || name == p.names[a.Target] && typedefOf(a.Target) == a || !aliasPrintable(a) {
		return
	}
	if p.check(a.Target) != nil {
		return
	}
	// An alias, not a type of its own: in C the two are interchangeable, and IDL
	// files count on it.
	target := p.goType(a.Target)
	if target == name {
		return
	}
	p.doc(&a.Head, name)
	p.line("type %s = %s\n", name, target)
}

// constText returns Go's form of a constant: "X int32 = 5", or "" when it has none.
func (p *printer) constText(k *tree.Const) string {
	name, v := p.names[k], k.Value
	typ := ""
	if p.check(k.Type) == nil {
		if s := p.scalarOf(k.Type); s != nil {
			// A BOOL is a truth value here as everywhere.
			if s.typ == "bool" {
				return name + " = " + strconv.FormatBool(v.IsInt() && v.Int != 0)
			}
			if s.number || s.zero == "0" {
				typ = " " + p.goType(k.Type)
			}
		}
	}
	switch {
	case v.Kind == tree.StringValue || v.Kind == tree.WStringValue:
		return name + " = " + strconv.Quote(v.Str)
	case v.IsInt():
		return name + typ + " = " + p.intLiteral(k.Type, v)
	case v.Kind == tree.FloatValue && !math.IsInf(v.Float, 0) && !math.IsNaN(v.Float):
		return name + typ + " = " + strconv.FormatFloat(v.Float, 'g', -1, 64)
	}
	return ""
}

// intLiteral prints an integer so that it fits the type of its constant.
func (p *printer) intLiteral(t tree.Type, v tree.Value) string {
	// C wraps what does not fit, Go refuses to compile it.
	b := tree.BasicOf(t)
	switch {
	case p.scalarOf(t) == hresultScalar:
		return unsigned(uint64(uint32(v.Int)))
	case b == nil:
		return strconv.FormatInt(int64(int32(v.Int)), 10)
	case b.Kind == tree.Float || b.Kind == tree.Double:
		return strconv.FormatInt(v.Int, 10)
	case !b.Kind.Unsigned():
		switch b.Wire(tree.NDR20).Size {
		case 1:
			return strconv.FormatInt(int64(int8(v.Int)), 10)
		case 2:
			return strconv.FormatInt(int64(int16(v.Int)), 10)
		case 4:
			return strconv.FormatInt(int64(int32(v.Int)), 10)
		}
		return strconv.FormatInt(v.Int, 10)
	}
	switch b.Wire(tree.NDR20).Size {
	case 1:
		return unsigned(uint64(uint8(v.Int)))
	case 2:
		return unsigned(uint64(uint16(v.Int)))
	case 4:
		return unsigned(uint64(uint32(v.Int)))
	}
	return unsigned(uint64(v.Int))
}

// unsigned prints large numbers, which nearly always are bits, in hexadecimal.
func unsigned(v uint64) string {
	if v >= 0x8000 {
		return "0x" + strconv.FormatUint(v, 16)
	}
	return strconv.FormatUint(v, 10)
}

// printConsts prints the constants of the file, those of interfaces and
// modules among them.
func (p *printer) printConsts() {
	var lines []string
	add := func(k *tree.Const) {
		if t := p.constText(k); t != "" {
			lines = append(lines, p.capture(func() { p.doc(&k.Head, "") })+t)
		}
	}
	for d := range p.file.AllDecls() {
		switch x := d.(type) {
		case *tree.Const:
			add(x)
		case *tree.Interface:
			for _, in := range x.Decls {
				if k, ok := in.(*tree.Const); ok && x.Complete {
					add(k)
				}
			}
		case *tree.Module:
			for _, k := range x.Consts {
				add(k)
			}
		}
	}
	if len(lines) > 0 {
		p.line("// Constants of %s.", baseName(p.file))
		p.line("const (\n%s\n)\n", strings.Join(lines, "\n"))
	}
}
