package automation_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"

	"oxid"
	"oxid/automation"
	"oxid/com"
	"oxid/std"
)

var clsidApp = com.MustGUID("5b0c1a52-7d1e-4f6b-93d5-0d7c5f1f7a11")

func process(t *testing.T) *oxid.Process {
	t.Helper()
	p, err := oxid.Start(t.Context(), oxid.NoDaemon(), oxid.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return p
}

// office is an object that other processes use late bound: it keeps a listener,
// hands out a collection, and fails with exceptions.
type office struct {
	automation.NoDispatch
	listener automation.IDispatch
}

func (o *office) Invoke(ctx context.Context, id automation.DISPID, lcid uint32, _ uint16, p *automation.DISPPARAMS) (automation.VARIANT, error) {
	switch id {
	case 1: // listen(object)
		x, err := p.Rgvarg[0].Object()
		if err != nil {
			return automation.VARIANT{}, err
		}
		o.listener = com.Keep(x.(automation.IDispatch))
		return automation.VARIANT{}, nil
	case 2: // tell(text) calls back, and hands the argument on by reference
		v, err := o.listener.Invoke(ctx, 9, lcid, automation.DISPATCH_METHOD, p)
		com.Release(o.listener)
		o.listener = nil
		return v, err
	case automation.DISPID_NEWENUM:
		items := []automation.VARIANT{automation.Of("a"), automation.Object(&persist{}), automation.Of(int32(3))}
		return automation.Object(std.NewEnum[automation.IEnumVARIANT](items)), nil
	}
	return automation.VARIANT{}, com.Errorf(com.DISP_E_EXCEPTION, "no member %d", id)
}

func TestLateBoundBetweenTwoProcesses(t *testing.T) {
	server, client := process(t), process(t)
	ctx := t.Context()
	err := server.RegisterClass(ctx, clsidApp, func(context.Context) (any, error) { return new(office), nil }, automation.ExposeIDispatch)
	if err != nil {
		t.Fatal(err)
	}
	app1, err := oxid.CreateInstance[automation.IDispatch](ctx, client, clsidApp, oxid.At(server.Addr()))
	if err != nil {
		t.Fatal(err)
	}
	defer oxid.Release(app1)
	heard := ""
	listener := &app{invoke: func(id automation.DISPID, _ uint16, p *automation.DISPPARAMS) (automation.VARIANT, error) {
		heard, _ = p.Rgvarg[0].Text()
		*refOf[string](p.Rgvarg[0]) = "heard"
		return automation.Of(int32(len(heard))), nil
	}}
	call := func(id automation.DISPID, args ...automation.VARIANT) (automation.VARIANT, error) {
		return app1.Invoke(ctx, id, 0, automation.DISPATCH_METHOD, &automation.DISPPARAMS{Rgvarg: args})
	}
	if _, err := call(1, automation.Dispatch(listener)); err != nil {
		t.Fatal(err)
	}
	text := "news"
	if v, err := call(2, must(automation.Ref(&text))); err != nil || v.Value() != int32(4) || heard != "news" || text != "heard" {
		t.Errorf("%v, %v; heard %q, and then %q", v, err, heard, text)
	}

	v, err := call(automation.DISPID_NEWENUM)
	if err != nil {
		t.Fatal(err)
	}
	x, err := v.Object()
	if err != nil {
		t.Fatal(err)
	}
	list, err := oxid.QueryInterface[automation.IEnumVARIANT](ctx, x)
	v.Release()
	if err != nil {
		t.Fatal(err)
	}
	defer oxid.Release(list)
	n := 0
	for item, err := range std.All(ctx, list) {
		if err != nil {
			t.Fatal(err)
		}
		n++
		if x, err := item.Object(); err == nil {
			p, err := oxid.QueryInterface[std.IPersist](ctx, x)
			if err != nil {
				t.Error(err)
			} else if _, err := p.GetClassID(ctx); err != nil {
				t.Error(err)
			}
			oxid.Release(p)
		}
		item.Release()
	}
	if n != 3 {
		t.Errorf("%d items", n)
	}

	// What the object says of its failure comes beside the exception.
	_, err = call(77)
	var e *com.Error
	var ex *automation.EXCEPINFO
	if !errors.As(err, &e) || e.HRESULT != com.DISP_E_EXCEPTION || e.Info == nil || e.Info.Description != "no member 77" || !errors.As(err, &ex) {
		t.Errorf("%v", err)
	}
}
