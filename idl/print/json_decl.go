package print

import (
	"oxid/idl/tree"
)

// decl encodes any declaration.
func (e *jsonEncoder) decl(d tree.Decl) *jsonDecl {
	switch d := d.(type) {
	case *tree.Alias:
		j := e.head("typedef", &d.Head)
		j.Type = e.declared(d.Target)
		if d.Xmit != nil {
			j.Xmit = e.typ(d.Xmit.Type)
		}
		return j
	case *tree.Struct, *tree.Union, *tree.Enum:
		return e.body(d)
	case *tree.Const:
		j := e.head("const", &d.Head)
		j.Type, j.Value = e.declared(d.Type), constant(d.Value)
		return j
	case *tree.Interface:
		return e.iface(d)
	case *tree.Dispinterface:
		j := e.head("dispinterface", &d.Head)
		j.UUID, j.Version = uuid(d.HasUUID, d.UUID.String()), version(d.Version)
		if d.Interface != nil {
			j.Base = d.Interface.Name
		}
		for _, x := range d.Props {
			j.Props = append(j.Props, &jsonField{Name: x.Name, Doc: x.Doc, Attrs: e.attrs(x.Attrs), Type: e.typ(x.Type)})
		}
		j.Methods = e.methods(d.Methods)
		return j
	case *tree.Coclass:
		j := e.head("coclass", &d.Head)
		j.UUID, j.Version = uuid(d.HasUUID, d.UUID.String()), version(d.Version)
		for _, ci := range d.Ifaces {
			c := &jsonClassIface{Default: ci.Default, Source: ci.Source}
			if ci.Interface != nil {
				c.Name = ci.Interface.Name
			} else {
				c.Name = ci.Disp.Name
			}
			j.Interfaces = append(j.Interfaces, c)
		}
		return j
	case *tree.Library:
		j := e.head("library", &d.Head)
		j.UUID, j.Version = uuid(d.HasUUID, d.UUID.String()), version(d.Version)
		for _, l := range d.ImportLibs {
			j.Decls = append(j.Decls, e.head("importlib", &l.Head))
		}
		j.Decls = append(j.Decls, e.decls(d.Decls)...)
		return j
	case *tree.Module:
		j := e.head("module", &d.Head)
		j.UUID = uuid(d.HasUUID, d.UUID.String())
		for _, k := range d.Consts {
			j.Decls = append(j.Decls, e.decl(k))
		}
		j.Methods = e.methods(d.Funcs)
		return j
	case *tree.Namespace:
		j := e.head("namespace", &d.Head)
		j.Decls = e.decls(d.Decls)
		return j
	case *tree.Function:
		j := e.head("function", &d.Head)
		if d.Type != nil {
			j.Type = e.declared(d.Type)
		}
		return j
	case *tree.CppQuote:
		return &jsonDecl{Kind: "cpp_quote", Text: d.Text}
	case *tree.MidlPragma:
		return &jsonDecl{Kind: "pragma", Text: d.Text}
	case *tree.ImportLib:
		return e.head("importlib", &d.Head)
	case *tree.WinRT:
		j := e.head(winrtWords[d.Kind], &d.Head)
		j.UUID, j.WinRT = uuid(d.HasUUID, d.UUID.String()), true
		return j
	}
	return e.head("unknown", d.Header())
}

// iface encodes an interface with the types declared in it.
func (e *jsonEncoder) iface(d *tree.Interface) *jsonDecl {
	j := e.head("interface", &d.Head)
	j.UUID, j.Version = uuid(d.HasUUID, d.UUID.String()), version(d.Version)
	if d.Base != nil {
		j.Base = d.Base.Name
	}
	j.Object, j.Local, j.Dual, j.WinRT, j.NumOps = d.Object, d.Local, d.Dual, d.WinRT, d.NumOps
	j.PointerDefault = kindNames[d.PointerDefault]
	for _, ep := range d.Endpoints {
		j.Endpoints = append(j.Endpoints, ep.ProtSeq+":["+ep.Endpoint+"]")
	}
	if len(d.Decls) > 0 {
		j.Decls = e.decls(d.Decls)
	}
	j.Methods, j.Callbacks = e.methods(d.Methods), e.methods(d.Callbacks)
	if d.Async != nil {
		j.Async = d.Async.UUID.String()
	}
	return j
}

// methods encodes methods in vtable order.
func (e *jsonEncoder) methods(ms []*tree.Method) []*jsonMethod {
	var out []*jsonMethod
	for _, m := range ms {
		j := &jsonMethod{Name: m.Name, Doc: m.Doc, Help: m.Help, Attrs: e.attrs(m.Attrs), Returns: e.typ(m.Ret), Problem: m.Problem}
		if m.OnWire {
			j.Op = &m.Op
		}
		if m.Slot >= 0 {
			j.Slot = &m.Slot
		}
		if m.HasID {
			j.ID = &m.ID
		}
		if m.CallAs != nil {
			j.CallAs = m.CallAs.Name
		}
		if m.Remote != nil {
			j.Remote = m.Remote.Name
		}
		for _, p := range m.Params {
			f := &jsonField{
				Name: p.Name, Doc: p.Doc, In: p.In, Out: p.Out, Retval: p.Retval, Type: e.typ(p.Type),
				Attrs: e.attrs(without(p.Attrs, "in", "out", "retval")),
			}
			if p.Range != nil {
				f.Range = []int64{p.Range.Low, p.Range.High}
			}
			j.Params = append(j.Params, f)
		}
		out = append(out, j)
	}
	return out
}

// body writes a struct, union or enum with its members.
func (e *jsonEncoder) body(d tree.Decl) *jsonDecl {
	e.p.done[d] = true
	switch d := d.(type) {
	case *tree.Struct:
		j := e.head("struct", &d.Head)
		for _, f := range d.Fields {
			j.Fields = append(j.Fields, e.field(f))
		}
		j.NDR20, j.NDR64 = layout(d)
		return j
	case *tree.Union:
		j := e.head("union", &d.Head)
		if d.SwitchType != nil {
			j.Switch = e.typ(d.SwitchType)
		}
		for _, a := range d.Arms {
			f := e.field(a.Field)
			f.Default = a.Default
			for _, c := range a.Cases {
				f.Cases = append(f.Cases, c.Expr.String())
			}
			j.Fields = append(j.Fields, f)
		}
		return j
	case *tree.Enum:
		j := e.head("enum", &d.Head)
		j.V1Enum = d.V1
		for _, m := range d.Members {
			j.Members = append(j.Members, &jsonMember{m.Name, m.Value, m.Doc})
		}
		return j
	}
	return nil
}

// field encodes a field of a struct or an arm of a union.
func (e *jsonEncoder) field(f *tree.Field) *jsonField {
	j := &jsonField{Name: f.Name, Doc: f.Doc, Attrs: e.attrs(without(f.Attrs, "case", "default"))}
	if f.Type != nil {
		j.Type = e.typ(f.Type)
	}
	if f.Bits >= 0 {
		j.Bits = &f.Bits
	}
	if f.Range != nil {
		j.Range = []int64{f.Range.Low, f.Range.High}
	}
	return j
}

// declared writes the type of a typedef or constant. A body without a tag is
// written where its typedef stands.
func (e *jsonEncoder) declared(t tree.Type) *jsonType {
	j := e.typ(t)
	if j.Name == "" && j.Body == nil {
		if d, ok := t.(tree.Decl); ok {
			j.Body = e.body(d)
		}
	}
	return j
}

// from names the file of a declaration that is not in this one.
func (e *jsonEncoder) from(h *tree.Head) string {
	if h.File == nil || h.File == e.file {
		return ""
	}
	return h.File.Name
}

// typ encodes an effective type: the node of the tree, member by member.
func (e *jsonEncoder) typ(t tree.Type) *jsonType {
	switch t := t.(type) {
	case *tree.Basic:
		return &jsonType{Kind: "base", Name: t.Kind.String()}
	case *tree.Alias:
		return &jsonType{Kind: "typedef", Name: t.Name, File: e.from(&t.Head)}
	case *tree.Struct:
		return e.tagType("struct", t, &t.Head, t.Typedef)
	case *tree.Union:
		return e.tagType("union", t, &t.Head, t.Typedef)
	case *tree.Enum:
		return e.tagType("enum", t, &t.Head, t.Typedef)
	case *tree.Interface:
		return &jsonType{Kind: "interface", Name: t.Name, File: e.from(&t.Head)}
	case *tree.Dispinterface:
		return &jsonType{Kind: "dispinterface", Name: t.Name, File: e.from(&t.Head)}
	case *tree.Pointer:
		return &jsonType{Kind: "pointer", Pointer: kindNames[t.Kind], Const: t.Const, Alias: aliasName(t.Alias), Elem: e.typ(t.Elem)}
	case *tree.InterfacePtr:
		j := &jsonType{Kind: "interface pointer", Alias: aliasName(t.Alias)}
		switch {
		case t.Interface != nil:
			j.Name, j.File = t.Interface.Name, e.from(&t.Interface.Head)
		case t.Disp != nil:
			j.Name, j.File = t.Disp.Name, e.from(&t.Disp.Head)
		}
		if t.IIDIs != nil {
			j.IIDIs = t.IIDIs.String()
		}
		return j
	case *tree.Array:
		j := &jsonType{Kind: "array", Const: t.Const, Alias: aliasName(t.Alias), String: t.IsString, Elem: e.typ(t.Elem)}
		for i := range t.Dims {
			j.Dims = append(j.Dims, dim(&t.Dims[i]))
		}
		return j
	case *tree.SwitchedUnion:
		j := e.tagType("switched union", t.Union, &t.Union.Head, t.Union.Typedef)
		if t.Alias != nil {
			j.Alias = t.Alias.Name
		}
		j.SwitchIs, j.Switch = t.Switch.String(), e.typ(t.SwitchType)
		return j
	case *tree.ContextHandle:
		return &jsonType{Kind: "context handle", Alias: aliasName(t.Alias)}
	case *tree.Pipe:
		return &jsonType{Kind: "pipe", Alias: aliasName(t.Alias), Elem: e.typ(t.Elem)}
	case *tree.SafeArray:
		return &jsonType{Kind: "safearray", Elem: e.typ(t.Elem)}
	case *tree.Func:
		return &jsonType{Kind: "function", Name: t.String()}
	}
	return &jsonType{Kind: "other", Name: t.String()}
}

// tagType refers to a struct, union or enum by name. It holds the body when no
// declaration of its own does.
func (e *jsonEncoder) tagType(kind string, d tree.Decl, h *tree.Head, td *tree.Alias) *jsonType {
	j := &jsonType{Kind: kind, Name: h.Name, File: e.from(h)}
	switch {
	case h.Name == "" && td != nil:
		j.Alias = td.Name
	case h.File == e.file && !e.p.inner[d] && !e.p.done[d]:
		j.Body = e.body(d)
	}
	return j
}

// aliasName returns the name of a typedef, "" for none.
func aliasName(a *tree.Alias) string {
	if a == nil {
		return ""
	}
	return a.Name
}

// dim encodes one dimension with its expressions as IDL.
func dim(d *tree.Dim) jsonDim {
	var j jsonDim
	if d.Fixed >= 0 {
		j.Fixed = &d.Fixed
	}
	if d.Size != nil {
		j.SizeIs = d.Size.String()
	}
	if d.First != nil {
		j.FirstIs = d.First.String()
	}
	if d.Length != nil {
		j.LengthIs = d.Length.String()
	}
	return j
}
