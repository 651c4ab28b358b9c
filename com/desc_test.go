package com_test

import (
	"reflect"
	"sync"
	"testing"

	"oxid/com"
)

// Methods are numbered from slot 3 on, a base's before the derived one's (CF-199).
func TestCF_199_MethodNumbers(t *testing.T) {
	if calcDesc.FirstOp() != 3 || calcDesc.NumOps() != 4 {
		t.Errorf("ICalc: %d to %d", calcDesc.FirstOp(), calcDesc.NumOps())
	}
	if sciDesc.FirstOp() != 4 || sciDesc.NumOps() != 5 {
		t.Errorf("IScientific: %d to %d", sciDesc.FirstOp(), sciDesc.NumOps())
	}
	for op, want := range map[uint32]string{
		0: "QueryInterface", 1: "AddRef", 2: "Release", 3: "Add", 4: "Sqrt", 5: "opnum 5", 1<<32 - 1: "opnum 4294967295",
	} {
		if got := sciDesc.MethodName(op); got != want {
			t.Errorf("method %d is %q, want %q", op, got, want)
		}
	}
}

func TestDesc_DerivesFrom(t *testing.T) {
	for _, c := range []struct {
		d    *com.Desc
		iid  com.IID
		want bool
	}{
		{sciDesc, iidScientific, true},
		{sciDesc, iidCalc, true},
		{sciDesc, com.IID_IUnknown, true},
		{calcDesc, iidScientific, false},
		{com.Marshal2Desc, com.IID_IMarshal, true},
	} {
		if got := c.d.DerivesFrom(&c.iid); got != c.want {
			t.Errorf("%s derives from %v: %v", c.d.Name, c.iid, got)
		}
	}
}

func TestRegister_Lookup(t *testing.T) {
	if com.DescOf[iCalc]() != calcDesc || com.DescByType(calcDesc.Type()) != calcDesc {
		t.Error("ICalc is not found by its type")
	}
	if com.DescOf[*calculator]() != nil || com.DescOf[any]() != nil {
		t.Error("a type that is no registered interface is found")
	}
	if com.DescOf[iTag]() != tagDesc || com.DescOf[com.Unknown]() != com.UnknownDesc {
		t.Error("an interface without methods is not found by its type")
	}
	if ds := com.DescsByIID(&iidNobody); len(ds) != 0 {
		t.Errorf("an IID that nobody registered has %v", ds)
	}
	// Two packages generated for one IID coexist, in order of registration.
	ds := com.DescsByIID(&com.TwinCounterIID)
	if len(ds) != 2 || ds[0] != com.TwinCounterDesc || ds[1] != counterDesc {
		t.Errorf("the IID of two packages has %v", ds)
	}
	// The first registration of a Go type holds.
	again := com.Register[iCalc](com.Desc{IID: iidNobody, Name: "IOther"})
	if again != calcDesc || len(com.DescsByIID(&iidNobody)) != 0 {
		t.Error("a Go type was registered twice")
	}
}

// IUnknown never needs a proxy or a stub (CF-011).
func TestCF_011_UnknownNeedsNoProxy(t *testing.T) {
	d := com.DescsByIID(&com.IID_IUnknown)[0]
	if d != com.UnknownDesc || d.NewProxy != nil || d.NewStub != nil || d.NumOps() != 3 {
		t.Errorf("IUnknown is described as %+v", d)
	}
}

// Readers see a whole registry while others register.
func TestRegister_Concurrent(t *testing.T) {
	type (
		r0 interface{ R0() }
		r1 interface{ R1() }
		r2 interface{ R2() }
		r3 interface{ R3() }
	)
	iids := [4]com.IID{{Data1: 1, Data2: 0x5eed}, {Data1: 2, Data2: 0x5eed}, {Data1: 3, Data2: 0x5eed}, {Data1: 4, Data2: 0x5eed}}
	reg := []func() *com.Desc{
		func() *com.Desc { return com.Register[r0](com.Desc{IID: iids[0]}) },
		func() *com.Desc { return com.Register[r1](com.Desc{IID: iids[1]}) },
		func() *com.Desc { return com.Register[r2](com.Desc{IID: iids[2]}) },
		func() *com.Desc { return com.Register[r3](com.Desc{IID: iids[3]}) },
	}
	var wg sync.WaitGroup
	for range 4 {
		for i, f := range reg {
			wg.Go(func() {
				d := f()
				if ds := com.DescsByIID(&iids[i]); len(ds) != 1 || ds[0] != d || com.DescByType(d.Type()) != d {
					t.Errorf("interface %d is found as %v", i, ds)
				}
			})
		}
		wg.Go(func() {
			if com.DescOf[iCalc]() != calcDesc {
				t.Error("ICalc is gone")
			}
		})
	}
	wg.Wait()
}

type provided interface{ Provided() }

var providedDesc = com.Register[provided](com.Desc{IID: com.NewGUID(), Name: "IProvided"})

// Code that com cannot have is provided by a later package; the first holds.
func TestDesc_Provide(t *testing.T) {
	if providedDesc.NewProxy == nil { // the registry outlives one run of the test
		p := new(calcProxy)
		if providedDesc.Provide(func() (any, *com.Proxy) { return p, &p.Proxy }, nil) != providedDesc {
			t.Error("Provide returns another descriptor")
		}
	}
	providedDesc.Provide(func() (any, *com.Proxy) { return nil, nil }, nil)
	if v, p := providedDesc.NewProxy(); v == nil || p != v.(com.Proxied).COMProxy() {
		t.Error("the second provider replaced the first")
	}
}

// The interfaces that never travel have no proxies, and the names and slots of
// the COM headers.
func TestLocalDescs(t *testing.T) {
	for _, c := range []struct {
		d     *com.Desc
		iid   com.IID
		slots int // the interface's vtable, with what Go has no use for left out
	}{
		{com.MarshalDesc, com.IID_IMarshal, 9},
		{com.Marshal2Desc, com.IID_IMarshal2, 9},
		{com.StdMarshalInfoDesc, com.IID_IStdMarshalInfo, 4},
		{com.NoMarshalDesc, com.IID_INoMarshal, 3},
		{com.AgileObjectDesc, com.IID_IAgileObject, 3},
		{com.ExternalConnectionDesc, com.IID_IExternalConnection, 5},
		{com.MultiQIDesc, com.IID_IMultiQI, 4},
		{com.RpcOptionsDesc, com.IID_IRpcOptions, 5},
		{com.ClientSecurityDesc, com.IID_IClientSecurity, 6},
		{com.ServerSecurityDesc, com.IID_IServerSecurity, 7},
		{com.PSFactoryBufferDesc, com.IID_IPSFactoryBuffer, 5},
		{com.RpcProxyBufferDesc, com.IID_IRpcProxyBuffer, 5},
		{com.RpcStubBufferDesc, com.IID_IRpcStubBuffer, 8},
		{com.RpcChannelBufferDesc, com.IID_IRpcChannelBuffer, 8},
		{com.MallocDesc, com.IID_IMalloc, 9},
	} {
		if c.d.IID != c.iid || c.d.NumOps() != c.slots || !c.d.Local || c.d.NewProxy != nil {
			t.Errorf("%s: IID %v, %d slots, local %v", c.d.Name, c.d.IID, c.d.NumOps(), c.d.Local)
		}
		typ := c.d.Type()
		if typ.Name() != c.d.Name || typ.Kind() != reflect.Interface {
			t.Errorf("%s is the Go type %v", c.d.Name, typ)
		}
		for _, m := range c.d.Methods {
			if _, ok := typ.MethodByName(m); !ok {
				t.Errorf("%s has no method %s in Go", c.d.Name, m)
			}
		}
	}
	if com.ClassFactoryDesc.Local {
		t.Error("IClassFactory is remotable")
	}
}
