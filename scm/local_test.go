package scm

import (
	"context"
	"errors"
	"testing"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/dcerpc/epm"
	"oxid/dcerpc/mgmt"
	"oxid/internal/leak"
	"oxid/marshal"
	"oxid/orpc"
)

// One process serves, the other activates by CLSID, calls and releases. The
// same over either activator and either transfer syntax of the object's calls.
func TestActivateAndCall(t *testing.T) {
	for _, tt := range []struct {
		name  string
		ndr64 bool
		old   bool // only what DCOM 5.1 has
	}{
		{"IRemoteSCMActivator", false, false},
		{"NDR64", true, false},
		{"IActivation", false, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			leak.Check(t)
			server := newMachine(t, machineOptions{ndr64: tt.ndr64})
			client := newMachine(t, machineOptions{ndr64: tt.ndr64})
			if err := server.serve(t.Context(), "Hello"); err != nil {
				t.Fatal(err)
			}
			if tt.old {
				server.server.Unregister(dcerpc.SyntaxID{UUID: orpc.IID_IRemoteSCMActivator})
			}
			g, err := client.activate(t.Context(), server.addr)
			if err != nil {
				t.Fatal(err)
			}
			mustGreet(t, g, "Hello")
			com.Release(g)
			wait(t, server.gone, "Hello")
		})
	}
}

// A packet that comes from elsewhere names an exporter that the client has
// never heard of: it is resolved through "host[port]" in saResAddr.
func TestResolveThroughReference(t *testing.T) {
	leak.Check(t)
	server := newMachine(t, machineOptions{})
	client := newMachine(t, machineOptions{})
	s := com.NewMemoryStream(nil)
	obj := &greeter{word: "Hi", gone: server.gone}
	if err := server.apt.CoMarshalInterface(t.Context(), s, &iidGreeter, obj, com.MSHCTX_DIFFERENTMACHINE, com.MSHLFLAGS_NORMAL); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Seek(t.Context(), 0, com.STREAM_SEEK_SET); err != nil {
		t.Fatal(err)
	}
	v, err := client.apt.CoUnmarshalInterface(t.Context(), s, &iidGreeter)
	if err != nil {
		t.Fatal(err)
	}
	mustGreet(t, v.(IGreeter), "Hi")
	com.Release(v)
	wait(t, server.gone, "Hi")
}

// What the server answers, asked directly.
func TestResolveOXID(t *testing.T) {
	leak.Check(t)
	server := newMachine(t, machineOptions{})
	client := newMachine(t, machineOptions{})
	resAddr := server.service.(*Local).r.bindings
	info, err := client.client.ResolveOXID(t.Context(), server.apt.OXID(), resAddr)
	if err != nil {
		t.Fatal(err)
	}
	want := server.apt.Exporter().Info()
	if info.OXID != want.OXID || info.RemUnknown != want.RemUnknown || info.Version != orpc.Version57 || info.Via != "127.0.0.1" {
		t.Errorf("got %+v, want %+v", info, want)
	}
	if got := info.Bindings.StringBindings; len(got) != 1 || got[0] != want.Bindings.StringBindings[0] {
		t.Errorf("bindings %v", got)
	}
	if info.AuthnHint != com.RPC_C_AUTHN_LEVEL_NONE {
		t.Errorf("hint %v: there is no default on the wire", info.AuthnHint)
	}
	_, err = client.client.ResolveOXID(t.Context(), server.apt.OXID()+1, resAddr)
	wantHRESULT(t, err, com.OR_INVALID_OXID)
}

// Activation tells what failed, in the order in which a person would look.
func TestActivationErrors(t *testing.T) {
	leak.Check(t)
	server := newMachine(t, machineOptions{})
	client := newMachine(t, machineOptions{})
	if err := server.serve(t.Context(), "Hello"); err != nil {
		t.Fatal(err)
	}
	broken := com.NewGUID()
	f := com.NewClassFactory(server.rt.Types(), func(context.Context) (any, error) { return nil, com.CO_E_SERVER_EXEC_FAILURE })
	if _, err := server.apt.CoRegisterClassObject(t.Context(), broken, f, com.CLSCTX_LOCAL_SERVER, com.REGCLS_MULTIPLEUSE); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name  string
		clsid com.CLSID
		iids  []com.IID
		want  com.HRESULT
		step  string
	}{
		{"no such class", com.NewGUID(), []com.IID{iidGreeter}, com.REGDB_E_CLASSNOTREG, "class"},
		{"no such interface", clsidGreeter, []com.IID{iidOther}, com.E_NOINTERFACE, "interface"},
		{"none of several", clsidGreeter, []com.IID{iidOther, com.NewGUID()}, com.E_NOINTERFACE, "interface"},
		{"the factory fails", broken, []com.IID{iidGreeter}, com.CO_E_SERVER_EXEC_FAILURE, "activate"},
		{"no IID", clsidGreeter, nil, com.E_INVALIDARG, "activate"},
	} {
		for _, class := range []bool{false, true} {
			name := tt.name
			call := client.client.CreateInstance
			if class {
				if tt.clsid == broken {
					continue
				}
				name += ", class object"
				call = client.client.GetClassObject
			}
			t.Run(name, func(t *testing.T) {
				a, err := call(t.Context(), server.addr, tt.clsid, tt.iids, nil)
				wantHRESULT(t, err, tt.want)
				var e *com.Error
				if a != nil || !errors.As(err, &e) || string(e.Step) != tt.step || e.Peer != server.addr {
					t.Errorf("got %v, %+v", a, err)
				}
				if tt.step != "activate" && e.Hint == "" {
					t.Errorf("no hint in %v", err)
				}
			})
		}
	}
}

// Some interfaces are there and some are not: each has its own result.
func TestPartialActivation(t *testing.T) {
	leak.Check(t)
	server := newMachine(t, machineOptions{})
	client := newMachine(t, machineOptions{})
	if err := server.serve(t.Context(), "Hello"); err != nil {
		t.Fatal(err)
	}
	iids := []com.IID{iidOther, iidGreeter, com.IID_IUnknown}
	for _, old := range []bool{false, true} {
		if old {
			server.server.Unregister(dcerpc.SyntaxID{UUID: orpc.IID_IRemoteSCMActivator})
		}
		a, err := client.client.CreateInstance(t.Context(), server.addr, clsidGreeter, iids, nil)
		if err != nil {
			t.Fatal(err)
		}
		if a.HRESULT() != com.CO_S_NOTALLINTERFACES || a.Exporter.OXID != server.apt.OXID() || a.Exporter.Via != "127.0.0.1" {
			t.Errorf("got %v, %+v", a.HRESULT(), a.Exporter)
		}
		if r := a.Interfaces[0]; r.HR != com.E_NOINTERFACE || r.Packet != nil {
			t.Errorf("the interface that is missing: %+v", r)
		}
		var refs []orpc.OBJREF
		for _, r := range a.Interfaces[1:] {
			ref, _, err := orpc.ParseOBJREF(r.Packet)
			if err != nil || r.HR != com.S_OK {
				t.Fatalf("%+v: %v", r, err)
			}
			refs = append(refs, ref)
		}
		if refs[0].IID != iidGreeter || refs[1].IID != com.IID_IUnknown || refs[0].Std.OID != refs[1].Std.OID {
			t.Errorf("one object, and the packets say %+v", refs)
		}
	}
	all, err := client.client.CreateInstance(t.Context(), server.addr, clsidGreeter, iids[1:], nil)
	if err != nil || all.HRESULT() != com.S_OK {
		t.Errorf("all there: %v, %v", all, err)
	}
}

// MODE_GET_CLASS_OBJECT and RemoteGetClassObject give the class object itself:
// twice the same, and no instance is made.
func TestGetClassObject(t *testing.T) {
	leak.Check(t)
	server := newMachine(t, machineOptions{})
	client := newMachine(t, machineOptions{})
	if err := server.serve(t.Context(), "Hello"); err != nil {
		t.Fatal(err)
	}
	oid := func() orpc.OID {
		t.Helper()
		a, err := client.client.GetClassObject(t.Context(), server.addr, clsidGreeter, []com.IID{com.IID_IUnknown}, nil)
		if err != nil {
			t.Fatal(err)
		}
		ref, _, err := orpc.ParseOBJREF(a.Interfaces[0].Packet)
		if err != nil {
			t.Fatal(err)
		}
		return ref.Std.OID
	}
	first, second := oid(), oid()
	server.server.Unregister(dcerpc.SyntaxID{UUID: orpc.IID_IRemoteSCMActivator})
	if third := oid(); first != second || second != third {
		t.Errorf("class objects %v, %v, %v", first, second, third)
	}
}

// One port answers everything: resolver, activators, endpoint mapper,
// management, objects.
func TestOnePort(t *testing.T) {
	leak.Check(t)
	m := newMachine(t, machineOptions{})
	conn, err := dcerpc.Dial(t.Context(), "tcp", m.addr, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	ids, err := mgmt.InqIfIDs(t.Context(), conn)
	if err != nil || len(ids) < 5 {
		t.Fatalf("interfaces %v, %v", ids, err)
	}
	for _, iid := range []com.GUID{orpc.IID_IObjectExporter, orpc.IID_IActivation, orpc.IID_IRemoteSCMActivator} {
		port, err := epm.MapTCP(t.Context(), conn, dcerpc.SyntaxID{UUID: iid})
		if _, want, _ := SplitTarget(m.addr); err != nil || itoa(port) != want {
			t.Errorf("%v is at port %d, want %s: %v", iid, port, want, err)
		}
	}
}

// Nothing of a resolver stays on the server when it is closed.
func TestLocalClose(t *testing.T) {
	leak.Check(t)
	s := dcerpc.NewServer(nil)
	defer s.Close()
	for range 2 {
		l, err := NewLocal(LocalOptions{Server: s})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := NewLocal(LocalOptions{Server: s}); err == nil {
			t.Fatal("two resolvers on one server")
		}
		if err := l.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := len(s.Interfaces()); n != 0 {
			t.Fatalf("%d interfaces are left", n)
		}
	}
	if _, err := NewLocal(LocalOptions{}); err == nil {
		t.Error("a resolver without a server")
	}
}

// What a process registers goes away with it.
func TestRevoke(t *testing.T) {
	leak.Check(t)
	m := newMachine(t, machineOptions{})
	l := m.service.(*Local)
	if err := m.serve(t.Context(), "Hello"); err != nil {
		t.Fatal(err)
	}
	e := m.apt.Exporter()
	if _, err := l.RegisterExporter(t.Context(), e); !errors.Is(err, com.CO_E_OBJISREG) {
		t.Errorf("registered twice: %v", err)
	}
	l.RevokeClass(t.Context(), e, clsidGreeter)
	_, err := l.r.activate(t.Context(), marshal.Activation{CLSID: clsidGreeter, IIDs: []com.IID{iidGreeter}}, nil)
	wantHRESULT(t, err, com.REGDB_E_CLASSNOTREG)
	if err := l.RegisterClass(t.Context(), e, clsidGreeter); err != nil {
		t.Fatal(err)
	}
	l.RevokeExporter(t.Context(), e)
	_, err = l.r.activate(t.Context(), marshal.Activation{CLSID: clsidGreeter, IIDs: []com.IID{iidGreeter}}, nil)
	wantHRESULT(t, err, com.REGDB_E_CLASSNOTREG)
	wantHRESULT(t, l.RegisterClass(t.Context(), e, clsidGreeter), com.CO_E_OBJNOTREG)
}
