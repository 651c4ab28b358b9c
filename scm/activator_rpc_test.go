package scm

import (
	"encoding/binary"
	"errors"
	"testing"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/marshal"
	"oxid/orpc"
)

// goldenCreateInstance is the stub data of a RemoteCreateInstance with one IID
// and one protocol sequence, as an independent client writes it. 464 bytes.
const goldenCreateInstance = `
	05000700 01000000 00000000 000102030405060708090a0b0c0d0e0f 00000000
	00000000 548d0000 a0010000 a0010000
	4d454f57 04000000 a2010000 0000 0000 c000000000000046
	38030000 0000 0000 c000000000000046 00000000 78010000
	68010000 00000000
	01100800 cccccccc 88000000 cccccccc
	68010000 98000000 00000000 02000000 04000000 00000000000000000000000000000000
	a0db0000 5b0d0000 00000000
	04000000 ab010000 0000 0000 c000000000000046 a5010000 0000 0000 c000000000000046
	a4010000 0000 0000 c000000000000046 aa010000 0000 0000 c000000000000046
	04000000 58000000 28000000 20000000 30000000
	01100800 cccccccc 44000000 cccccccc
	0027a4d8 a2b3 4c5d 8899aabbccddeeff 10000000 00000000 00000000 01000000 00000000
	31be0000 00000000 05000700 01000000 00040200 0000 0000 c000000000000046 fafafafa
	01100800 cccccccc 18000000 cccccccc 000000000000000000000000000000000000000000000000
	01100800 cccccccc 10000000 cccccccc 00000000000000000000000000000000
	01100800 cccccccc 1a000000 cccccccc
	00000000 77c40000 00000000 0100 bfbf 9fd80000 01000000 0700 fafafafafafa`

// goldenRemoteActivation is the stub data of a RemoteActivation as the same
// client writes it: causality 0, and an extension pointer to an empty array
// with its own NULL-free form.
const goldenRemoteActivation = `
	05000700 01000000 00000000 00000000000000000000000000000000 8d5a0000
	00000000 00000000 6c110000 00000000
	0027a4d8 a2b3 4c5d 8899aabbccddeeff 00000000 00000000
	02000000 00000000 01000000 21430000 01000000 00040200 0000 0000 c000000000000046
	0100 bfbf 01000000 0700`

var (
	goldenClass  = com.MustGUID("d8a42700-b3a2-5d4c-8899-aabbccddeeff")
	iidIDispatch = com.MustGUID("00020400-0000-0000-c000-000000000046")
)

// goldenServer is a resolver whose one exporter serves goldenClass: it has
// IDispatch and nothing else.
func goldenServer(tb testing.TB) (*resolver, *caller, *[]marshal.Activation) {
	tb.Helper()
	var seen []marshal.Activation
	x := newFake()
	x.activate = func(act marshal.Activation) ([]marshal.ActivationResult, error) {
		seen = append(seen, act)
		list := make([]marshal.ActivationResult, len(act.IIDs))
		found := false
		for i, iid := range act.IIDs {
			list[i].HR = com.E_NOINTERFACE
			if iid == iidIDispatch {
				list[i] = marshal.ActivationResult{Packet: []byte("MEOW, more or less")}
				found = true
			}
		}
		if !found {
			return nil, com.E_NOINTERFACE
		}
		return list, nil
	}
	r := newResolver(Options{Logger: quiet}, nil, 0)
	tb.Cleanup(r.close)
	e, err := r.register(tb.Context(), 7, x)
	if err == nil {
		err = r.registerClass(e, goldenClass)
	}
	if err != nil {
		tb.Fatal(err)
	}
	return r, resolverCaller(tb, r), &seen
}

// The operations of the activators.
const (
	opRemoteActivation = 0
	opGetClassObject   = 3
	opCreateInstance   = 4
)

// The example of another implementation is understood, and answered as it
// expects: PropsOutInfo first.
func TestRemoteCreateInstanceGolden(t *testing.T) {
	_, c, seen := goldenServer(t)
	for _, op := range []uint16{opCreateInstance, opGetClassObject} {
		*seen = nil
		stub := unhex(t, goldenCreateInstance)
		if op == opGetClassObject {
			stub = append(stub[:0x20:0x20], stub[0x24:]...) // it has no pUnkOuter
		}
		reply, err := c.call(orpc.IID_IRemoteSCMActivator, op, stub)
		if err != nil {
			t.Fatal(err)
		}
		if len(*seen) != 1 || (*seen)[0].CLSID != goldenClass || len((*seen)[0].IIDs) != 1 || (*seen)[0].IIDs[0] != iidIDispatch ||
			(*seen)[0].ClassObject != (op == opGetClassObject) {
			t.Fatalf("the exporter was asked for %+v", *seen)
		}
		out, err := propertiesIn(t, reply)
		if err != nil {
			t.Fatal(err)
		}
		props, err := orpc.ParseActivationPropertiesOut(out)
		if err != nil {
			t.Fatal(err)
		}
		if p := props.PropsOut; len(p.IIDs) != 1 || p.IIDs[0] != iidIDispatch || p.Results[0] != com.S_OK || string(p.Interfaces[0].OBJREF()) != "MEOW, more or less" {
			t.Errorf("interfaces %+v", p)
		}
		s, want := props.ScmReply.RemoteReply, newFake().Info()
		dsa, err := s.Bindings.Unpack()
		if err != nil || s.OXID != 7 || s.IPIDRemUnknown != want.RemUnknown || s.AuthnHint != 1 || s.Version != orpc.Version57 ||
			len(dsa.StringBindings) != 1 || dsa.StringBindings[0] != want.Bindings.StringBindings[0] {
			t.Errorf("reply %+v, bindings %v, %v", s, dsa, err)
		}
		// Behind the OBJREF_CUSTOM's 48 bytes, two lengths, the serialization header
		// and the fixed part of the CustomHeader come the CLSIDs: see the order.
		if first := com.GUIDFromBytes(out[48+8+16+48+4:]); first != orpc.CLSID_PropsOutInfo {
			t.Errorf("the first property is %v", first)
		}
	}
}

func TestRemoteActivationGolden(t *testing.T) {
	_, c, seen := goldenServer(t)
	stub := unhex(t, goldenRemoteActivation)
	const mode = 0x20 + 16 + 16 + 8 + 4 // ORPCTHIS, its extensions, CLSID, two NULLs, level
	for _, class := range []bool{false, true} {
		*seen = nil
		if class {
			copy(stub[mode:], []byte{0xff, 0xff, 0xff, 0xff})
		}
		reply, err := c.call(orpc.IID_IActivation, opRemoteActivation, stub)
		if err != nil {
			t.Fatal(err)
		}
		old, err := orpc.NewIActivationClient(t.Context(), replay(t, reply))
		if err != nil {
			t.Fatal(err)
		}
		status, _, oxid, _, _, hint, _, hr, interfaces, results, err := old.RemoteActivation(t.Context(), orpc.ORPCTHIS{}, com.CLSID{}, nil, nil, 0, 0, make([]com.IID, 1), nil)
		if err != nil || hr != com.S_OK || status != 0 {
			t.Fatalf("%v, %d, %v", hr, status, err)
		}
		if len(*seen) != 1 || (*seen)[0].CLSID != goldenClass || (*seen)[0].ClassObject != class {
			t.Errorf("the exporter was asked for %+v", *seen)
		}
		if oxid != 7 || hint != 1 || string(interfaces[0].OBJREF()) != "MEOW, more or less" || results[0] != com.S_OK {
			t.Errorf("got %v, %d, %v, %v", oxid, hint, interfaces[0], results)
		}
	}
}

// What an activation can be refused for: the same over both interfaces where
// both can say it.
func TestActivationRefusals(t *testing.T) {
	_, c, seen := goldenServer(t)
	good := func() (*orpc.ActivationPropertiesIn, *orpc.ORPCTHIS) {
		return &orpc.ActivationPropertiesIn{
			Instantiation: &orpc.InstantiationInfoData{ClassID: goldenClass, IIDs: []com.IID{iidIDispatch}},
			Location:      &orpc.LocationInfoData{},
			ScmRequest:    &orpc.ScmRequestInfoData{RemoteRequest: &orpc.CustomRemoteRequestScmInfo{ProtSeqs: protseqs}},
		}, &orpc.ORPCTHIS{Version: orpc.Version57, Flags: 1}
	}
	name := "c:\\file"
	for _, tt := range []struct {
		name   string
		change func(in *orpc.ActivationPropertiesIn, this *orpc.ORPCTHIS)
		want   com.HRESULT
	}{
		{"nothing", func(*orpc.ActivationPropertiesIn, *orpc.ORPCTHIS) {}, com.S_OK},
		{"an older client", func(_ *orpc.ActivationPropertiesIn, this *orpc.ORPCTHIS) { this.Version.Minor = 6 }, com.S_OK},
		{"a newer client", func(_ *orpc.ActivationPropertiesIn, this *orpc.ORPCTHIS) { this.Version.Minor = 8 }, com.RPC_E_VERSION_MISMATCH},
		{"another major version", func(_ *orpc.ActivationPropertiesIn, this *orpc.ORPCTHIS) { this.Version.Major = 6 }, com.RPC_E_VERSION_MISMATCH},
		{"no such class", func(in *orpc.ActivationPropertiesIn, _ *orpc.ORPCTHIS) { in.Instantiation.ClassID = com.NewGUID() }, com.REGDB_E_CLASSNOTREG},
		{"no such interface", func(in *orpc.ActivationPropertiesIn, _ *orpc.ORPCTHIS) { in.Instantiation.IIDs[0] = com.IID_IUnknown }, com.E_NOINTERFACE},
		{"32-bit server", func(in *orpc.ActivationPropertiesIn, _ *orpc.ORPCTHIS) {
			in.Instantiation.Flags = orpc.ACTVFLAGS_ACTIVATE_32_BIT_SERVER
		}, com.REGDB_E_CLASSNOTREG},
		{"64-bit server", func(in *orpc.ActivationPropertiesIn, _ *orpc.ORPCTHIS) {
			in.Instantiation.Flags = orpc.ACTVFLAGS_ACTIVATE_64_BIT_SERVER
		}, com.S_OK},
		{"any session", func(in *orpc.ActivationPropertiesIn, _ *orpc.ORPCTHIS) {
			in.Special = &orpc.SpecialPropertiesData{SessionID: orpc.AnySession}
		}, com.S_OK},
		{"a session", func(in *orpc.ActivationPropertiesIn, _ *orpc.ORPCTHIS) {
			in.Special = &orpc.SpecialPropertiesData{SessionID: 3, RemoteThisSessionID: true}
		}, com.CO_E_RUNAS_LOGON_FAILURE},
		{"from a file", func(in *orpc.ActivationPropertiesIn, _ *orpc.ORPCTHIS) {
			in.Instance = &orpc.InstanceInfoData{FileName: &name}
		}, com.E_NOTIMPL},
		{"no common protocol", func(in *orpc.ActivationPropertiesIn, _ *orpc.ORPCTHIS) {
			in.ScmRequest.RemoteRequest.ProtSeqs = []uint16{orpc.TOWER_NCACN_NP}
		}, com.RPC_S_PROTSEQ_NOT_SUPPORTED},
		{"no request information", func(in *orpc.ActivationPropertiesIn, _ *orpc.ORPCTHIS) { in.ScmRequest, in.Location = nil, nil }, com.S_OK},
	} {
		t.Run(tt.name, func(t *testing.T) {
			*seen = nil
			in, this := good()
			tt.change(in, this)
			props, err := in.Append(nil)
			if err != nil {
				t.Fatal(err)
			}
			scm, err := orpc.NewIRemoteSCMActivatorClient(t.Context(), c.conn)
			if err != nil {
				t.Fatal(err)
			}
			_, out, err := scm.RemoteCreateInstance(t.Context(), *this, nil, orpc.PointerTo(props))
			if com.HRESULTOf(err) != tt.want || (out != nil) != (tt.want == com.S_OK) {
				t.Errorf("RemoteCreateInstance: %+v, %v, want %v", out, err, tt.want)
			}

			if in.Instantiation.Flags != 0 || in.Special != nil {
				return // the older activator cannot say that
			}
			old, err := orpc.NewIActivationClient(t.Context(), c.conn)
			if err != nil {
				t.Fatal(err)
			}
			var protseqs []uint16
			if in.ScmRequest != nil {
				protseqs = in.ScmRequest.RemoteRequest.ProtSeqs
			}
			var file *string
			if in.Instance != nil {
				file = in.Instance.FileName
			}
			status, _, oxid, bindings, _, _, _, hr, interfaces, results, err := old.RemoteActivation(t.Context(), *this, in.Instantiation.ClassID,
				file, nil, 0, 0, in.Instantiation.IIDs, protseqs)
			if err != nil || hr != tt.want || status != 0 {
				t.Fatalf("RemoteActivation: %v, %d, %v, want %v", hr, status, err, tt.want)
			}
			if tt.want != com.S_OK && (bindings != nil || interfaces[0] != nil || results[0] != com.S_OK || oxid != 0) {
				t.Errorf("a failure tells %v, %v, %v, %v", bindings, interfaces, results, oxid)
			}
		})
	}
}

// There is no aggregation across processes.
func TestActivationWithOuter(t *testing.T) {
	_, c, seen := goldenServer(t)
	scm, err := orpc.NewIRemoteSCMActivatorClient(t.Context(), c.conn)
	if err != nil {
		t.Fatal(err)
	}
	_, out, err := scm.RemoteCreateInstance(t.Context(), orpc.ORPCTHIS{Version: orpc.Version57}, orpc.PointerTo([]byte("MEOW")), nil)
	if com.HRESULTOf(err) != com.CLASS_E_NOAGGREGATION || len(*seen) != 0 {
		t.Errorf("%+v, %v", out, err)
	}
}

// An interface that is announced behind a NULL pointer is no request.
func TestActivationWithoutInterfaces(t *testing.T) {
	_, c, seen := goldenServer(t)
	stub := append((&orpc.ORPCTHIS{Version: orpc.Version57}).Append(nil), unhex(t, `0027a4d8 a2b3 4c5d 8899aabbccddeeff 00000000 00000000
		00000000 00000000 01000000 00000000 0000 0000 00000000`)...)
	_, err := c.call(orpc.IID_IActivation, opRemoteActivation, stub)
	var f *dcerpc.Fault
	if !errors.As(err, &f) || f.Status != dcerpc.StatusBadStubData || len(*seen) != 0 {
		t.Errorf("%v, activated %v", err, *seen)
	}
}

// Operations 0 to 2 of IRemoteSCMActivator are those of IUnknown and not there.
func TestActivatorOperations(t *testing.T) {
	_, c, _ := goldenServer(t)
	for _, tt := range []struct {
		iface com.GUID
		op    uint16
	}{
		{orpc.IID_IRemoteSCMActivator, 0}, {orpc.IID_IRemoteSCMActivator, 1}, {orpc.IID_IRemoteSCMActivator, 2},
		{orpc.IID_IRemoteSCMActivator, 5}, {orpc.IID_IActivation, 1},
	} {
		_, err := c.call(tt.iface, tt.op, unhex(t, goldenCreateInstance))
		var f *dcerpc.Fault
		if !errors.As(err, &f) || f.Status != dcerpc.StatusOpRange {
			t.Errorf("operation %d of %v: %v", tt.op, tt.iface, err)
		}
	}
}

// A request that is cut anywhere is a fault or a failure, never a panic, and
// never an object.
func TestActivationCutShort(t *testing.T) {
	_, c, seen := goldenServer(t)
	for _, tt := range []struct {
		iface com.GUID
		op    uint16
		stub  string
		least int // from here on only padding is missing
	}{
		{orpc.IID_IRemoteSCMActivator, opCreateInstance, goldenCreateInstance, 464},
		{orpc.IID_IActivation, opRemoteActivation, goldenRemoteActivation, 118},
	} {
		stub := unhex(t, tt.stub)
		for n := range stub {
			*seen = nil
			reply, err := c.call(tt.iface, tt.op, stub[:n])
			if n < tt.least && len(*seen) > 0 {
				t.Fatalf("%d of %d bytes activated something", n, len(stub))
			}
			if err == nil {
				if tt.op == opRemoteActivation {
					t.Fatalf("%d of %d bytes: reply %x", n, len(stub), reply)
				}
				hr := com.HRESULT(binary.LittleEndian.Uint32(reply[len(reply)-4:]))
				if out, err := propertiesIn(t, reply); com.HRESULTOf(err) != hr || !hr.Failed() {
					t.Fatalf("%d of %d bytes: %+v, %v", n, len(stub), out, err)
				}
				continue
			}
			var f *dcerpc.Fault
			if !errors.As(err, &f) || f.Status != dcerpc.StatusBadStubData {
				t.Fatalf("%d of %d bytes: %v", n, len(stub), err)
			}
		}
	}
}

// A process that goes away is passed over for one that stays.
func TestActivationPassesOverTheLeaving(t *testing.T) {
	r := testResolver(t, nil, Limits{})
	clsid := com.NewGUID()
	for i, err := range []error{com.CO_E_SERVER_STOPPING, com.REGDB_E_CLASSNOTREG, nil, com.E_FAIL} {
		x := newFake()
		x.activate = func(act marshal.Activation) ([]marshal.ActivationResult, error) {
			return []marshal.ActivationResult{{Packet: []byte{byte(i)}}}, err
		}
		e, err := r.register(t.Context(), orpc.OXID(i+1), x)
		if err == nil {
			err = r.registerClass(e, clsid)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	act := marshal.Activation{CLSID: clsid, IIDs: []com.IID{iidIDispatch}}
	a, err := r.activate(t.Context(), act, nil)
	if err != nil || a.results[0].Packet[0] != 2 {
		t.Fatalf("%+v, %v", a, err)
	}
	r.revoke(r.exporterOf(3))
	_, err = r.activate(t.Context(), act, nil)
	wantHRESULT(t, err, com.E_FAIL) // a real failure is final
	r.revoke(r.exporterOf(4))
	_, err = r.activate(t.Context(), act, nil)
	wantHRESULT(t, err, com.REGDB_E_CLASSNOTREG)
}

// FuzzActivation feeds stub data of any kind to both activators.
func FuzzActivation(f *testing.F) {
	f.Add(false, uint16(4), unhex(f, goldenCreateInstance))
	f.Add(false, uint16(3), append(unhex(f, goldenCreateInstance)[:0x20:0x20], unhex(f, goldenCreateInstance)[0x24:]...))
	f.Add(true, uint16(0), unhex(f, goldenRemoteActivation))
	_, c, _ := goldenServer(f)
	var contexts [2]*dcerpc.PresContext
	for i, iface := range []com.GUID{orpc.IID_IRemoteSCMActivator, orpc.IID_IActivation} {
		var err error
		if contexts[i], err = c.conn.Context(f.Context(), dcerpc.SyntaxID{UUID: iface}); err != nil {
			f.Fatal(err)
		}
	}
	f.Fuzz(func(t *testing.T, old bool, op uint16, stub []byte) {
		if len(stub) > 4000 {
			t.Skip("one fragment is enough")
		}
		p := contexts[0]
		if old {
			p = contexts[1]
		}
		_, err := rawCall(t, p, op, stub)
		var fault *dcerpc.Fault
		if err != nil && !errors.As(err, &fault) {
			t.Fatal(err)
		}
	})
}
