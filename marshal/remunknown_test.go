package marshal_test

import (
	"context"
	"sync/atomic"
	"testing"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/orpc"
	"oxid/samples/calc"
)

// remUnknown calls the Remote Unknown of a machine by hand.
type remUnknown struct {
	*stranger
	m    *machine
	o    *watched
	ipid com.IPID // the Remote Unknown's
}

func newRemUnknown(t *testing.T) *remUnknown {
	leaves(t)
	t.Helper()
	r := &remUnknown{stranger: &stranger{t: t}, m: newMachine(t), o: &watched{}}
	stm := com.NewMemoryStream(nil)
	if err := r.m.mta.CoMarshalInterface(t.Context(), stm, &calc.IID_ICalc, r.o, com.MSHCTX_DIFFERENTMACHINE, 0); err != nil {
		t.Fatal(err)
	}
	r.std = std(t, stm)
	info := r.m.mta.Exporter().Info()
	r.ipid = info.RemUnknown
	_, port := info.Bindings.StringBindings[0].Split()
	var err error
	if r.conn, err = dcerpc.Dial(t.Context(), "tcp", "127.0.0.1:"+port, nil); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.conn.Close() })
	return r
}

// proxy returns the Remote Unknown as a proxy whose channel is the stranger's
// connection.
func (r *remUnknown) proxy() orpc.IRemUnknown2 {
	itf, p := orpc.IRemUnknown2Desc.NewProxy()
	p.Init(nil, orpc.IRemUnknown2Desc)
	if err := p.Connect(strangersChannel{r}); err != nil {
		r.t.Fatal(err)
	}
	p.AddUser(true)
	return itf.(orpc.IRemUnknown2)
}

// strangersChannel makes calls of IRemUnknown by hand.
type strangersChannel struct{ r *remUnknown }

func (ch strangersChannel) GetBuffer(_ context.Context, op uint32, size int) (*com.RPCOLEMESSAGE, error) {
	return &com.RPCOLEMESSAGE{Buffer: make([]byte, 0, size), Op: op, DataRep: com.NDR_LOCAL_DATA_REPRESENTATION}, nil
}

func (ch strangersChannel) SendReceive(_ context.Context, m *com.RPCOLEMESSAGE) error {
	reply, err := ch.r.call(com.IID_IRemUnknown, &ch.r.ipid, uint16(m.Op), append(this(orpc.Version57, 0), m.Buffer...))
	if err != nil {
		return err
	}
	_, n, err := orpc.ParseORPCTHAT(reply, m.DataRep)
	m.Buffer, m.Align = reply[n:], uint8(n%8)
	return err
}

func (ch strangersChannel) FreeBuffer(*com.RPCOLEMESSAGE) {}
func (ch strangersChannel) GetDestCtx() com.MSHCTX        { return com.MSHCTX_DIFFERENTMACHINE }
func (ch strangersChannel) IsConnected() bool             { return true }

func (r *remUnknown) query(iids ...com.IID) ([]orpc.REMQIRESULT, com.HRESULT) {
	r.t.Helper()
	results, hr, err := r.proxy().RemQueryInterface(r.t.Context(), r.std.IPID, 1, iids)
	if com.HRESULTOf(err) != hr && hr.Failed() {
		r.t.Fatal(err)
	}
	return results, hr
}

func (r *remUnknown) releaseRefs(ipid com.IPID, public, private uint32) com.HRESULT {
	r.t.Helper()
	return com.HRESULTOf(r.proxy().RemRelease(r.t.Context(), []orpc.REMINTERFACEREF{{IPID: ipid, PublicRefs: public, PrivateRefs: private}}))
}

func TestCF_149_150_RemQueryInterface(t *testing.T) {
	r := newRemUnknown(t)
	nobody := com.NewGUID()
	for _, c := range []struct {
		what string
		iids []com.IID
		hr   com.HRESULT
		each []com.HRESULT
	}{
		{"all", []com.IID{calc.IID_ICalc, com.IID_IUnknown}, com.S_OK, []com.HRESULT{com.S_OK, com.S_OK}},
		{"some", []com.IID{calc.IID_IScientific, calc.IID_ICalc}, com.S_FALSE, []com.HRESULT{com.E_NOINTERFACE, com.S_OK}},
		{"some without a stub", []com.IID{nobody, com.IID_IMarshal, calc.IID_ICalc}, com.S_FALSE,
			[]com.HRESULT{com.E_NOINTERFACE, com.E_NOINTERFACE, com.S_OK}},
		{"none", []com.IID{calc.IID_IScientific, nobody}, com.E_NOINTERFACE, []com.HRESULT{com.E_NOINTERFACE, com.E_NOINTERFACE}},
	} {
		results, hr := r.query(c.iids...)
		if hr != c.hr {
			t.Errorf("%s: %v, want %v", c.what, hr, c.hr)
		}
		for i, want := range c.each {
			if i >= len(results) || results[i].HRESULT != want {
				t.Errorf("%s, interface %d: %+v, want %v", c.what, i, results, want)
			}
		}
	}
}

func TestCF_151_RemReleaseIsClamped(t *testing.T) {
	r := newRemUnknown(t)
	results, _ := r.query(com.IID_IUnknown)
	unknown := results[0].Std
	if hr := r.releaseRefs(unknown.IPID, 1000, 1<<31); hr != com.S_OK {
		t.Errorf("more than there are: %v", hr)
	}
	r.m.wantObjects(t, 1) // the other interface's references are untouched
	if _, err := r.call(com.IID_IUnknown, &unknown.IPID, 3, this(orpc.Version57, 0)); com.HRESULTOf(err) != com.RPC_E_DISCONNECTED {
		t.Errorf("the IPID without references: %v", err)
	}
	if hr := r.releaseRefs(r.std.IPID, ^uint32(0), ^uint32(0)); hr != com.S_OK {
		t.Errorf("the most that can be said: %v", hr)
	}
	r.m.wantObjects(t, 0)
	if r.o.finals != 1 || r.o.conns != 0 {
		t.Errorf("FinalRelease ran %d times, %d connections", r.o.finals, r.o.conns)
	}
}

func TestCF_152_RemoteUnknownIsNotCounted(t *testing.T) {
	r := newRemUnknown(t)
	for range 3 {
		r.releaseRefs(r.ipid, 100, 100)
	}
	if _, hr := r.query(calc.IID_ICalc); hr != com.S_OK {
		t.Errorf("after its references were released: %v", hr)
	}
	if oids := r.m.mta.Exporter().Unpinged(0); len(oids) > 1 {
		t.Errorf("%d objects want pings, want the one that was marshaled at most", len(oids))
	}
}

func TestCF_141_RemoteUnknownIsNotExposed(t *testing.T) {
	w := newWorld(t)
	c := w.mustUnmarshal(w.b, w.marshal(&object{}, 0))
	defer com.Release(c)
	for _, iid := range []com.IID{com.IID_IRemUnknown, com.IID_IRemUnknown2, com.NewGUID()} {
		_, err := com.QueryInterface(w.cb, c, &iid)
		wantCode(t, iid.String(), err, com.E_NOINTERFACE)
	}
}

func TestInterfaceWithoutAProxyHere(t *testing.T) {
	server, client := newMachine(t), newMachine(t)
	hand(server.rt, echoDesc)
	c := send(t, server, client, &talker{})
	defer com.Release(c)
	_, err := com.Query[iEcho](t.Context(), c)
	wantCode(t, "QueryInterface", err, com.E_NOINTERFACE)
	hand(client.rt, echoDesc)
	e, err := com.Query[iEcho](t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := e.Say(t.Context(), 3); n != 3 || err != nil {
		t.Errorf("Say: %d, %v", n, err)
	}
	com.Release(e)
}

// talker has both an interface with generated code and one without.
type talker struct {
	object
	echo
}

func (*talker) FinalRelease(context.Context) {}

func TestCF_148_MultiQIInOneCall(t *testing.T) {
	server, client := newMachine(t), newMachine(t)
	var queries atomic.Int32
	server.watch = func(iid com.IID, op uint16) {
		if (iid == com.IID_IRemUnknown || iid == com.IID_IRemUnknown2) && op == 3 /* RemQueryInterface */ {
			queries.Add(1)
		}
	}
	for _, m := range []*machine{server, client} {
		hand(m.rt, echoDesc, twiceDesc, tallyDesc)
	}
	c := send(t, server, client, &talker{})
	defer com.Release(c)
	q, err := com.Query[com.IMultiQI](t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer com.Release(q)
	list := []com.MultiQI{{IID: echoDesc.IID}, {IID: twiceDesc.IID}, {IID: tallyDesc.IID}, {IID: calc.IID_ICalc}, {IID: com.IID_IMarshal}}
	if hr, err := q.QueryMultipleInterfaces(t.Context(), list); hr != com.S_OK || err != nil {
		t.Fatalf("%v, %v: %+v", hr, err, list)
	}
	if n := queries.Load(); n != 1 {
		t.Errorf("%d calls of RemQueryInterface, want one", n)
	}
	for i := range list {
		v, err := com.QueryInterface(t.Context(), c, &list[i].IID)
		if err != nil || v != list[i].Itf {
			t.Errorf("%v afterwards: %v", list[i].IID, err)
		}
		com.Release(v)
		com.Release(list[i].Itf)
	}
	if n := queries.Load(); n != 1 {
		t.Errorf("%d calls after interfaces that are known were asked for again", n)
	}
}

// RemQueryInterface2 answers with whole packets, whatever became of the others.
func TestRemQueryInterface2(t *testing.T) {
	r := newRemUnknown(t)
	u := r.proxy()
	results, packets, hr, err := u.RemQueryInterface2(t.Context(), r.std.IPID, []com.IID{calc.IID_ICalc, com.NewGUID()})
	if err != nil || hr != com.S_FALSE || results[0] != com.S_OK || results[1] != com.E_NOINTERFACE || packets[1] != nil {
		t.Fatalf("%v, %v, %v, %v", results, packets, hr, err)
	}
	ref, _, err := orpc.ParseOBJREF(packets[0].OBJREF())
	if err != nil || ref.IID != calc.IID_ICalc || ref.Std.OID != r.std.OID || ref.Std.PublicRefs == 0 {
		t.Errorf("%+v, %v", ref, err)
	}
	results, packets, hr, err = u.RemQueryInterface2(t.Context(), com.NewGUID(), []com.IID{calc.IID_ICalc})
	if hr != com.RPC_E_INVALID_OBJECT || com.HRESULTOf(err) != hr || results[0] != hr || packets[0] != nil {
		t.Errorf("of nothing: %v, %v, %v, %v", results, packets, hr, err)
	}
}
