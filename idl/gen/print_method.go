package gen

import (
	"strconv"
	"strings"

	"oxid/idl/tree"
)

// This file has what the four sides of a call share: the proxy and the stub of an
// object interface, the client and the server of a plain one. Each of them encodes
// one half of a method's values and decodes the other; methodCode knows which,
// and so what the name of a parameter means at each place.

// parameter is one name with its Go type.
type parameter struct{ name, typ string }

// list prints parameters, those of one type together.
func list(ps []parameter) string {
	var b strings.Builder
	for i, q := range ps {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(q.name)
		if i+1 == len(ps) || ps[i+1].typ != q.typ {
			b.WriteString(" " + q.typ)
		}
	}
	return b.String()
}

// signature prints the Go signature of a method, without its name: the one
// that the directive gives, or the one of the plan.
func (p *printer) signature(m *method) string {
	// The text is taken as it stands; which packages it names, its dots tell.
	if s := m.dir.signature; s != "" {
		p.use("context")
		for name, path := range map[string]string{"com": comPath, "ndr": ndrPath} {
			if strings.Contains(s, name+".") {
				p.use(path)
			}
		}
		return s
	}
	return p.wireSignature(m, false)
}

// wireSignature is the signature that the wire's method has by itself. named
// says that even a lone error has a name.
func (p *printer) wireSignature(m *method, named bool) string {
	p.use("context")
	args := []parameter{{"ctx", "context.Context"}}
	for _, v := range m.args {
		args = append(args, parameter{v.name, p.valueType(v)})
	}
	// A name for a lone error says nothing; a function body needs one.
	results := p.resultList(m)
	if len(results) == 1 && !named {
		return "(" + list(args) + ") error"
	}
	return "(" + list(args) + ") (" + list(results) + ")"
}

// resultList is what a method returns: values, the HRESULT if its success codes
// matter, the error.
func (p *printer) resultList(m *method) []parameter {
	var rs []parameter
	for _, v := range m.results {
		rs = append(rs, parameter{v.name, p.valueType(v)})
	}
	if m.success {
		rs = append(rs, parameter{"hr", p.qual(comPath, "HRESULT")})
	}
	return append(rs, parameter{"err", "error"})
}

// loneString reports whether v is a result that is a string by nature: what
// [out] wchar_t **s hands out is a Go string and not a pointer to one. NULL
// there says no more than an empty one.
func (p *printer) loneString(v *value) (*tree.Array, bool) {
	if v.p == nil || v.p.In || !v.p.Out {
		return nil, false
	}
	ptr, ok := p.open(v.typ).(*tree.Pointer)
	if !ok || ptr.Kind != tree.Unique {
		return nil, false
	}
	a, ok := p.open(ptr.Elem).(*tree.Array)
	return a, ok && stringArray(a)
}

// valueType is the Go type of an argument or a result.
func (p *printer) valueType(v *value) string {
	if _, ok := p.loneString(v); ok {
		return "string"
	}
	return p.goType(v.typ)
}

// valueZero is the zero value of that type.
func (p *printer) valueZero(v *value) string {
	if _, ok := p.loneString(v); ok {
		return `""`
	}
	return p.zero(v.typ)
}

// zeros are the results of a call that failed, err included. hr stays what the
// server said.
func (p *printer) zeros(m *method, hr, err string) string {
	var zs []string
	for _, v := range m.results {
		zs = append(zs, p.valueZero(v))
	}
	if m.success {
		zs = append(zs, hr)
	}
	return strings.Join(append(zs, err), ", ")
}

// names are the Go names of values, as arguments.
func argNames(vs []*value) string {
	s := "ctx"
	for _, v := range vs {
		s += ", " + v.name
	}
	return s
}

// methodCode prints one side of one method.
type methodCode struct {
	*code
	m      *method
	client bool
	// decoded are the values whose variables have been set by now.
	decoded map[*value]bool
	out     bool   // the reply is being dealt with, not the request
	full    string // the variable with the call's full pointers, "" for none
	hrName  string // the variable with the HRESULT on a server
}

// methodCode prepares printing one side of m. The names of arguments and results
// belong to the user; variables have to stay clear of them.
func (p *printer) methodCode(m *method, client bool) *methodCode {
	mc := &methodCode{code: &code{printer: p}, m: m, client: client, decoded: map[*value]bool{}}
	names := []string{"ctx", "err"}
	if m.success {
		names = append(names, "hr")
	}
	for _, vs := range [][]*value{m.args, m.results, m.in, m.out} {
		for _, v := range vs {
			names = append(names, v.name)
		}
	}
	mc.vars = p.reserve(names...)
	mc.at = mc.param
	return mc
}

// param resolves the name of a parameter on this side of the call, in the
// direction that is being printed.
func (mc *methodCode) param(e tree.Expr) (string, tree.Type, bool) {
	r, ok := e.(*tree.ParamRef)
	if !ok {
		return "", nil, false
	}
	var v *value
	out := false
	for _, x := range mc.m.in {
		if x.p == r.Param {
			v = x
		}
	}
	if mc.out {
		for _, x := range mc.m.out {
			if x.p == r.Param {
				v, out = x, true
			}
		}
	}
	if v == nil {
		return "", nil, false
	}
	// The client has the request's values and decodes the reply's; the server
	// the other way round.
	// What was folded is on the wire all the same. Its value is the slice's
	// length on the side that writes it, and a variable where it was read.
	if encoder := mc.client != out; encoder {
		switch v.role {
		case lengthOf:
			return "len(" + v.of.name + ")", v.typ, true
		case tagOf:
			return v.of.name + ".Tag()", v.typ, true
		}
		return v.name, v.typ, true
	}
	return v.name, v.typ, mc.decoded[v]
}

// encodeAll encodes the values of one direction.
func (mc *methodCode) encodeAll(vs []*value) {
	for _, v := range vs {
		mc.encodeValue(v)
	}
}

// encodeValue prints the encoding of one value at the top level.
func (mc *methodCode) encodeValue(v *value) {
	switch v.role {
	case lengthOf:
		s := mc.scalarOf(v.typ)
		// A count of 8 or 16 bits may be too narrow for the slice. From 32 on
		// Count finds out.
		x := "len(" + v.of.name + ")"
		if v.typ.Wire(tree.NDR20).Size < 4 {
			x = mc.qual(ndrPath, "Fill") + "(" + mc.ref + ", " + mc.goType(v.typ) + "(0), " + x + ")"
		} else {
			x = mc.goType(v.typ) + "(" + x + ")"
		}
		mc.line("%s.%s(%s)", mc.v, s.method, convert(s, x))
		return
	case tagOf:
		s := mc.scalarOf(v.typ)
		x := v.of.name + ".Tag()"
		if s.conv == "" {
			x = s.typ + "(" + x + ")"
		}
		mc.line("%s.%s(%s)", mc.v, s.method, convert(s, x))
		return
	}
	// A failed method has no string, and NULL says so.
	if a, ok := mc.loneString(v); ok {
		cond := "true"
		if mc.m.m.HRESULT {
			cond = mc.hrName + ".Succeeded()"
		}
		mc.line("if %s.Pointer(%s) {", mc.v, cond)
		mc.encodeString(a, v.name)
		mc.line("}")
		return
	}
	if ptr, ok := mc.open(v.typ).(*tree.Pointer); ok && ptr.Kind == tree.Full {
		mc.encodeFull(ptr, v.name)
		return
	}
	mc.encodeRoot(v.typ, v.name)
}

// encodeFull encodes a top-level full pointer.
func (mc *methodCode) encodeFull(ptr *tree.Pointer, x string) {
	mc.line("%s(%s, %s)", mc.qual(ndrPath, "PutFull"), mc.ref, x)
	mc.line("if %s(%s, %s) {", mc.qual(ndrPath, "SendFull"), mc.ref, x)
	mc.encodeRoot(ptr.Elem, deref(x))
	mc.line("}")
}

// decodeAll decodes the values of one direction. declare says that their
// variables are not results and have to be declared.
func (mc *methodCode) decodeAll(vs []*value, declare bool) {
	for _, v := range vs {
		mc.decodeValue(v, declare || v.role != plain)
		mc.decoded[v] = true
	}
	mc.checkLate()
}

// decodeValue prints the decoding of one value at the top level into its
// variable, in one line where that can be.
func (mc *methodCode) decodeValue(v *value, declare bool) {
	set := " = "
	if declare {
		set = " := "
	}
	o := mc.open(v.typ)
	if mc.isBSTR(o) {
		mc.line("%s%s%s(%s)", v.name, set, mc.qual(autPath, "GetBSTR"), mc.ref)
		return
	}
	if s := mc.scalarOf(o); s != nil {
		mc.line("%s%s%s", v.name, set, mc.code.decoded(v.typ, s))
		r := rangeOf(v.typ)
		if r == nil && v.p != nil {
			r = v.p.Range
		}
		if r != nil {
			mc.checkRange(r, v.name)
		}
		return
	}
	if a, ok := o.(*tree.Array); ok {
		if stringArray(a) {
			mc.line("%s%s%s", v.name, set, mc.decodedString(a))
			return
		}
		if x, ok := mc.decodedSlice(a); ok && v.into == nil {
			mc.line("%s%s%s", v.name, set, x)
			mc.sizeLater(a, v.name)
			return
		}
	}
	// One line instead of a declaration and an assignment.
	if p, ok := o.(*tree.InterfacePtr); ok && declare {
		text := strings.TrimSpace(mc.capture(func() { mc.decodeInterface(p, v.name, "Interface") }))
		mc.line("%s", strings.Replace(text, " = ", " := ", 1))
		return
	}
	if declare {
		mc.line("var %s %s", v.name, mc.valueType(v))
	}
	if a, ok := mc.loneString(v); ok {
		mc.line("if %s.Pointer() {", mc.v)
		mc.line("%s = %s", v.name, mc.decodedString(a))
		mc.line("}")
		return
	}
	if ptr, ok := o.(*tree.Pointer); ok && ptr.Kind == tree.Full {
		mc.decodeFull(ptr, v.name)
		return
	}
	if v.into != nil {
		mc.decodeInto(o, v)
		return
	}
	mc.decodeRoot(v.typ, v.name)
}

// decodeInto decodes an array into the slice that the caller passed.
func (mc *methodCode) decodeInto(t tree.Type, v *value) {
	if ptr, ok := t.(*tree.Pointer); ok {
		mc.block("if "+mc.v+".Pointer()", func() {
			mc.guard = v.name + " != nil"
			mc.decodeArray(mc.open(ptr.Elem).(*tree.Array), v.name, v.into.name)
			mc.guard = ""
		})
		return
	}
	mc.decodeArray(t.(*tree.Array), v.name, v.into.name)
}

// decodedSlice is the expression that reads an array of numbers with its
// max_count, the most frequent array there is.
func (mc *methodCode) decodedSlice(a *tree.Array) (string, bool) {
	f := form(a)
	if len(f.dyn) != 1 || f.varying || f.dyn[0].Fixed >= 0 {
		return "", false
	}
	method, _ := mc.bulk(f.elem)
	if method == "" {
		return "", false
	}
	min := strconv.Itoa(mc.minFlat(f.elem))
	n := mc.v + ".Count(" + min + ")"
	if size, ok := mc.dimExpr(f.dyn[0].Size); ok {
		n = mc.v + ".CountIs(" + size + ", " + min + ")"
	}
	return mc.v + "." + method + "(nil, " + n + ")", true
}

// sizeLater has the size of an array checked when its size_is is known.
func (mc *methodCode) sizeLater(a *tree.Array, x string) {
	d := &form(a).dyn[0]
	if _, known := mc.dimExpr(d.Size); !known && d.Size != nil {
		mc.later("len("+x+")", d.Size)
	}
}

// decodeFull decodes a top-level full pointer.
func (mc *methodCode) decodeFull(ptr *tree.Pointer, x string) {
	size := mc.minRoot(ptr.Elem)
	mc.line("%s = %s[%s](%s, %d)", x, mc.qual(ndrPath, "GetFull"), mc.goType(ptr.Elem), mc.ref, size)
	mc.line("if %s(%s, %s) && %s.Enter(%d) {", mc.qual(ndrPath, "ReadFull"), mc.ref, x, mc.v, size)
	mc.decodeRoot(ptr.Elem, deref(x))
	mc.line("%s.Leave()", mc.v)
	mc.line("}")
}

// room estimates how many bytes values take: a number, and what depends on
// their lengths. It is an upper bound for what has a fixed size.
func (mc *methodCode) room(vs []*value, hresult bool) string {
	// NDR64 is the larger one of the two.
	n := int64(0)
	var terms []string
	for _, v := range vs {
		l := v.typ.Wire(tree.NDR64)
		if l.Size >= 0 && !l.Pointers {
			n = (n+l.Align-1)&^(l.Align-1) + min(l.Size, 1<<16)
			continue
		}
		k, t := mc.roomOf(v)
		n = (n+7)&^7 + int64(k)
		if t != "" {
			terms = append(terms, t)
		}
	}
	if hresult {
		n = (n+3)&^3 + 4
	}
	if len(terms) == 0 {
		return itoa(n)
	}
	return itoa(n) + " + " + strings.Join(terms, " + ")
}

// roomOf estimates the size of one value: a number of bytes, and a term for what
// only the call knows. It need not be exact; what is short costs a copy.
func (mc *methodCode) roomOf(v *value) (n int, term string) {
	x := v.name
	t := mc.open(v.typ)
	if ptr, ok := t.(*tree.Pointer); ok {
		n = 8
		t = mc.open(ptr.Elem)
		if _, lone := mc.loneString(v); !lone && !isSlice(t) {
			x = ""
		}
	}
	if mc.isBSTR(t) {
		if x == "" {
			return n + 64, ""
		}
		return n + 32, "2*len(" + x + ")"
	}
	if known, ok := mc.codec(t); ok && !known.Plain {
		return n + 64, ""
	}
	switch o := t.(type) {
	case *tree.InterfacePtr:
		return n + 256, ""
	case *tree.Array:
		f := form(o)
		switch {
		case f.str && x == "":
			return n + 64, ""
		case f.str:
			return n + 16, strconv.Itoa(int(o.Elem.Wire(tree.NDR20).Size)) + "*len(" + x + ")"
		case len(f.dyn) > 0:
			if size := mc.minFlat(f.elem); size > 1 {
				return n + 16, strconv.Itoa(size) + "*len(" + x + ")"
			}
			return n + 16, "len(" + x + ")"
		}
	case *tree.Pipe:
		return n + 16, strconv.Itoa(mc.minFlat(o.Elem)) + "*len(" + x + ")"
	}
	l := t.Wire(tree.NDR64)
	if l.Size < 0 {
		return n + 64, ""
	}
	return n + int(min(l.Size, 1<<16)), ""
}
