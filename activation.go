package oxid

import (
	"context"
	"reflect"

	"oxid/com"
	"oxid/marshal"
	"oxid/scm"
	"oxid/step"
)

// ActivateOption says where and how an object is activated.
type ActivateOption func(*activation)

type activation struct {
	host string
	opt  scm.ActivationOptions
}

// At names the machine, and the port when it is not the well-known 135:
// "10.0.0.5", "plc7.example:4001". Without At the object is activated on this
// machine: by its daemon, or in this process where none runs.
func At(host string) ActivateOption { return func(a *activation) { a.host = host } }

// CreateInstance creates an instance of class clsid and returns its interface
// T. The result is one hand-out: [Release] it.
//
//	c, err := oxid.CreateInstance[calc.ICalc](ctx, p, calc.CLSID_Calculator, oxid.At("10.0.0.5"))
func CreateInstance[T any](ctx context.Context, p *Process, clsid com.CLSID, opts ...ActivateOption) (t T, err error) {
	d, err := descOf[T](p)
	if err != nil {
		return t, err
	}
	v, err := p.activate(ctx, clsid, d, false, opts)
	if err != nil {
		return t, err
	}
	return v.(T), nil
}

// GetClassObject returns the class object of clsid, usually as a
// [com.IClassFactory], which creates instances without another activation.
func GetClassObject[T any](ctx context.Context, p *Process, clsid com.CLSID, opts ...ActivateOption) (t T, err error) {
	d, err := descOf[T](p)
	if err != nil {
		return t, err
	}
	v, err := p.activate(ctx, clsid, d, true, opts)
	if err != nil {
		return t, err
	}
	return v.(T), nil
}

// descOf returns the descriptor of an interface type.
func descOf[T any](p *Process) (*com.Desc, error) {
	if d := com.DescOf[T](); d != nil {
		return d, nil
	}
	return nil, &com.Error{HRESULT: com.E_NOINTERFACE, Step: step.Self, Interface: reflect.TypeFor[T]().String(),
		Hint: "name an interface type of generated code, not the Go type that implements it"}
}

// activate asks the activator of the target machine and unmarshals its answer.
func (p *Process) activate(ctx context.Context, clsid com.CLSID, d *com.Desc, classObject bool, opts []ActivateOption) (any, error) {
	var a activation
	for _, o := range opts {
		o(&a)
	}
	if a.host == "" {
		if p.service == nil {
			return nil, &com.Error{HRESULT: com.REGDB_E_CLASSNOTREG, Step: step.Class, Interface: clsid.String(),
				Hint: "name the machine with oxid.At"}
		}
		a.host = p.service.Target()
	}
	apt, err := p.rt.ApartmentFor(ctx)
	if err != nil {
		return nil, err
	}
	call := p.client.CreateInstance
	if classObject {
		call = p.client.GetClassObject
	}
	var got *scm.Activated
	// Creating an object takes a while: a single-threaded apartment serves meanwhile.
	err = marshal.Outside(ctx, func(ctx context.Context) (err error) {
		got, err = call(ctx, a.host, clsid, []com.IID{d.IID}, &a.opt)
		return err
	})
	if err != nil {
		return nil, err
	}
	r := got.Interfaces[0]
	if r.HR.Failed() {
		return nil, &com.Error{HRESULT: r.HR, Step: step.Activate, Peer: a.host, Interface: d.Name,
			Hint: "the class does not have this interface"}
	}
	return apt.Adopt(ctx, &got.Exporter, r.Packet, d)
}
