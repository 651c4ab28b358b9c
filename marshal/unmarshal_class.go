package marshal

import (
	"context"

	"oxid/com"
	"oxid/step"
)

// RegisterUnmarshalClass makes create the unmarshal class clsid of this
// runtime: it is called for each packet that names the class, in whatever
// apartment the packet is unmarshaled, and must be safe for concurrent use
// (CF-102). Registered this way, and no other, a class may be named by packets
// that other processes send; see [Options.UnmarshalPolicy]. It fails with
// CO_E_OBJISREG when the class is registered already.
func (rt *Runtime) RegisterUnmarshalClass(clsid com.CLSID, create func(ctx context.Context) (com.IMarshal, error)) error {
	if create == nil {
		return com.E_POINTER
	}
	f := com.NewClassFactory(rt.types, func(ctx context.Context) (any, error) {
		im, err := create(ctx)
		if im == nil {
			return nil, err // not a nil IMarshal in an interface that is not nil
		}
		return im, err
	})
	return rt.classes.add(&classEntry{clsid: clsid, object: f, ctx: com.CLSCTX_INPROC_SERVER, unmarshals: true})
}

// RevokeUnmarshalClass ends what RegisterUnmarshalClass began. It reports
// whether the class was registered.
func (rt *Runtime) RevokeUnmarshalClass(clsid com.CLSID) bool {
	e := rt.classes.unmarshalClass(clsid)
	return e != nil && rt.classes.remove(e)
}

// unmarshaler creates an instance of an unmarshal class (CF-099). A packet of
// this process may name any in-process class; for one of another process the
// policy decides, so that a peer cannot have just any class created here.
func (a *Apartment) unmarshaler(ctx context.Context, clsid com.CLSID, from origin) (com.IMarshal, error) {
	if clsid == com.CLSID_StdMarshal {
		return &stdMarshaler{apt: a}, nil
	}
	rt := a.rt
	if from == fromPeer {
		if err := rt.admits(ctx, clsid); err != nil {
			return nil, err
		}
	}
	object, err := rt.inprocClass(a, clsid)
	if err != nil {
		return nil, err // the error of the class is the error of the packet (CF-100)
	}
	f, ok := object.(com.IClassFactory)
	if !ok {
		return nil, com.CLASS_E_CLASSNOTAVAILABLE
	}
	ctx = a.inside(ctx)
	var v any
	err = rt.guard(ctx, "CreateInstance", func() (err error) {
		v, err = f.CreateInstance(ctx, nil, &com.IID_IMarshal)
		return err
	})
	if err != nil {
		return nil, err
	}
	im, ok := v.(com.IMarshal)
	if !ok {
		return nil, com.E_NOINTERFACE
	}
	return im, nil
}

// admits decides whether a packet of another process may have an instance of
// clsid created here. What the peer is told does not depend on which classes
// there are besides the admitted ones.
func (rt *Runtime) admits(ctx context.Context, clsid com.CLSID) error {
	if p := rt.opt.UnmarshalPolicy; p != nil {
		if p(ctx, clsid) && clsid != com.CLSID_InProcFreeMarshaler {
			return nil
		}
		return &com.Error{HRESULT: com.E_ACCESSDENIED, Step: step.Class, Interface: clsid.String(),
			Hint: "the policy for unmarshal classes refuses this one to other processes"}
	}
	if rt.classes.unmarshalClass(clsid) != nil {
		return nil
	}
	return &com.Error{HRESULT: com.REGDB_E_CLASSNOTREG, Step: step.Class, Interface: clsid.String(),
		Hint: "no unmarshal class is registered under this CLSID for packets of other processes (RegisterUnmarshalClass)"}
}

// maxNesting bounds how deep custom packets may be nested in each other, so
// that no packet can make a process recurse without end.
const maxNesting = 16

type nestingKey struct{}

// nesting says inside of which packet an unmarshal class is at work.
type nesting struct {
	from  origin
	depth int
}

// nested returns the context of an unmarshal class that reads a packet: the
// packets nested in it have its origin, and are one level deeper.
func nested(ctx context.Context, from origin) (context.Context, error) {
	n, _ := ctx.Value(nestingKey{}).(nesting)
	if n.depth == maxNesting {
		return ctx, &com.Error{HRESULT: com.RPC_E_INVALID_OBJREF, Step: step.Interface,
			Hint: "too many packets are nested in each other"}
	}
	return context.WithValue(ctx, nestingKey{}, nesting{from, n.depth + 1}), nil
}

// originOf tells whose packets are read with ctx.
func originOf(ctx context.Context) origin {
	n, _ := ctx.Value(nestingKey{}).(nesting)
	return n.from
}
