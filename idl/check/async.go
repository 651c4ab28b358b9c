package check

import "oxid/idl/tree"

// asyncForm makes the asynchronous interface that async_uuid asks for: for
// each method Begin_ with the [in] parameters and Finish_ with the [out] ones.
// Calls travel as those of the synchronous interface ([MS-DCOM] knows no
// other form).
func asyncForm(i *tree.Interface, a *tree.Attr) *tree.Interface {
	out := &tree.Interface{
		Head: tree.Head{Name: "Async" + i.Name, Pos: a.Pos, File: i.File, Parent: i.Parent, Doc: i.Doc, Help: i.Help},
		UUID: a.GUID, HasUUID: true, Object: true, Local: true, Complete: true,
		PointerDefault: i.PointerDefault, SyncOf: i,
	}
	if i.Base != nil {
		out.Base = i.Base.Async
		if out.Base == nil {
			out.Base = i.Base
		}
		out.FirstOp = out.Base.NumOps
	}
	slot := out.FirstOp
	half := func(m *tree.Method, prefix string, keep func(*tree.Param) bool) {
		h := *m
		h.Name, h.Interface = prefix+m.Name, out
		h.Slot, h.Op, h.OnWire, h.Remote, h.CallAs = slot, -1, false, nil, nil
		h.Params = nil
		for _, p := range m.Params {
			if keep(p) {
				q := *p
				q.Index = len(h.Params)
				h.Params = append(h.Params, &q)
			}
		}
		slot++
		out.Methods = append(out.Methods, &h)
	}
	for _, m := range i.Methods {
		if m.CallAs != nil {
			continue
		}
		half(m, "Begin_", func(p *tree.Param) bool { return p.In })
		half(m, "Finish_", func(p *tree.Param) bool { return p.Out })
	}
	out.NumOps = slot
	return out
}
