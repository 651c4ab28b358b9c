package marshal

import (
	"context"
	"errors"

	"oxid/com"
	"oxid/orpc"
)

// Activation is what an activator does in the process of the class.
type Activation struct {
	CLSID com.CLSID
	IIDs  []com.IID
	// ClassObject asks for the class object itself instead of an instance.
	ClassObject bool
	Dest        com.MSHCTX
}

// ActivationResult is the packet of one requested interface, or why there is none.
type ActivationResult struct {
	Packet []byte // an OBJREF; nil when HR says failure
	HR     com.HRESULT
}

// Activate creates an instance of a class registered here and marshals the
// requested interfaces of it ([MS-DCOM] 3.1.2.5.2.3). The error is the result
// of the whole activation; single interfaces fail on their own, and when all
// do, E_NOINTERFACE is the error.
func (a *Apartment) Activate(ctx context.Context, act Activation) ([]ActivationResult, error) {
	if len(act.IIDs) == 0 || len(act.IIDs) > orpc.MAX_REQUESTED_INTERFACES {
		return nil, com.E_INVALIDARG
	}
	e := a.rt.take(ctx, act.CLSID)
	if e == nil {
		return nil, classNotRegistered(act.CLSID, "no process has registered this class here")
	}
	a = e.apt // the class object says where its objects live
	var results []ActivationResult
	err := a.visit(ctx, func(ctx context.Context) (err error) {
		results, err = a.activate(ctx, e.object, &act)
		return err
	})
	return results, err
}

// activate does the work in the apartment of the class object.
func (a *Apartment) activate(ctx context.Context, object any, act *Activation) ([]ActivationResult, error) {
	obj := object
	if !act.ClassObject {
		var err error
		if obj, err = a.create(ctx, object, nil, &com.IID_IUnknown); err != nil {
			return nil, err
		}
		defer com.Release(obj) // a factory may hand out a proxy
	}
	results := make([]ActivationResult, len(act.IIDs))
	found := 0
	for i := range act.IIDs {
		r := &results[i]
		d, err := a.descFor(ctx, obj, &act.IIDs[i])
		if err == nil {
			r.Packet, err = a.marshalTo(ctx, nil, d, obj, act.Dest, com.MSHLFLAGS_NORMAL)
		}
		if err != nil {
			r.Packet, r.HR = nil, com.HRESULTOf(err)
			if errors.Is(err, com.REGDB_E_IIDNOTREG) {
				r.HR = com.E_NOINTERFACE
			}
			continue
		}
		found++
	}
	if found == 0 {
		return nil, com.E_NOINTERFACE
	}
	return results, nil
}

// Adopt makes the exporter of an activation's reply known, so that its objects
// can be called without asking a resolver, and returns the interface want that
// packet stands for.
func (a *Apartment) Adopt(ctx context.Context, info *ExporterInfo, packet []byte, want *com.Desc) (any, error) {
	if info != nil {
		if r, _, err := orpc.ParseOBJREF(packet); err == nil && r.HasStd() && r.Std.OXID == info.OXID && a.rt.byOXID(info.OXID) == nil {
			defer a.rt.exporters.retain(info.OXID, r.ResAddr, info).drop()
		}
	}
	return a.unmarshalPeer(ctx, packet, want)
}
