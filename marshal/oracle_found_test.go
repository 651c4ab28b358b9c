package marshal_test

import (
	"errors"
	"testing"

	"oxid/com"
	"oxid/marshal"
)

// What the oracle has found, as the small programs that show it: each step is
// compared with the model.
func TestOracleFound(t *testing.T) {
	last := func(o *oracle) (*modelObject, *modelPacket, *modelHandle) {
		var x *modelObject
		var p *modelPacket
		var h *modelHandle
		if n := len(o.objects); n > 0 {
			x = o.objects[n-1]
		}
		if n := len(o.packets); n > 0 {
			p = o.packets[n-1]
		}
		if n := len(o.handles); n > 0 {
			h = o.handles[n-1]
		}
		return x, p, h
	}
	for _, tt := range []struct {
		name  string
		steps []func(o *oracle)
	}{
		{"unlock without lock takes nothing from a table-strong packet", []func(o *oracle){
			func(o *oracle) { o.create(o.apts[3], true, false) },
			func(o *oracle) {
				x, _, _ := last(o)
				o.marshal(x, ifCalc, com.MSHLFLAGS_TABLESTRONG, com.MSHCTX_LOCAL)
			},
			func(o *oracle) { x, _, _ := last(o); o.unlock(x, true) },
		}},
		{"packets of a proxy out of a table packet are normal ones", []func(o *oracle){
			func(o *oracle) { o.create(o.apts[2], true, true) },
			func(o *oracle) {
				x, _, _ := last(o)
				o.marshal(x, ifCalc, com.MSHLFLAGS_TABLESTRONG, com.MSHCTX_LOCAL)
			},
			func(o *oracle) { _, p, _ := last(o); o.unmarshal(o.apts[3], p, -1) },
			func(o *oracle) {
				_, _, h := last(o)
				o.remarshal(h, ifCalc, com.MSHLFLAGS_NORMAL, com.MSHCTX_LOCAL)
			},
			func(o *oracle) { _, p, _ := last(o); o.unmarshal(o.apts[2], p, -1) },
			func(o *oracle) {
				_, _, h := last(o)
				o.remarshal(h, ifCalc, com.MSHLFLAGS_TABLEWEAK, com.MSHCTX_LOCAL)
			},
			func(o *oracle) { _, p, _ := last(o); o.releaseData(o.apts[2], p) },
		}},
		{"a proxy in another apartment of the process needs no pings", []func(o *oracle){
			func(o *oracle) { o.create(o.apts[0], true, true) },
			func(o *oracle) { x, _, _ := last(o); o.marshal(x, ifCalc, com.MSHLFLAGS_NORMAL, com.MSHCTX_INPROC) },
			func(o *oracle) { _, p, _ := last(o); o.unmarshal(o.apts[1], p, -1) },
			func(o *oracle) { o.wait(certain) },
			func(o *oracle) { _, _, h := last(o); o.call(h) },
		}},
		{"nor does a packet that cannot leave it", []func(o *oracle){
			func(o *oracle) { o.create(o.apts[0], true, true) },
			func(o *oracle) { x, _, _ := last(o); o.marshal(x, ifCalc, com.MSHLFLAGS_NORMAL, com.MSHCTX_INPROC) },
			func(o *oracle) { o.wait(certain) },
			func(o *oracle) { _, p, _ := last(o); o.unmarshal(o.apts[1], p, -1) },
			func(o *oracle) { _, _, h := last(o); o.call(h) },
			func(o *oracle) {
				_, _, h := last(o)
				o.remarshal(h, ifCalc, com.MSHLFLAGS_NORMAL, com.MSHCTX_INPROC)
			},
			func(o *oracle) { _, _, h := last(o); o.release(h) },
			func(o *oracle) { o.wait(certain) },
			func(o *oracle) { _, p, _ := last(o); o.unmarshal(o.apts[1], p, -1) },
		}},
		{"rundown withdraws the IPIDs of an object that is locked", []func(o *oracle){
			func(o *oracle) { o.create(o.apts[2], true, true) },
			func(o *oracle) { x, _, _ := last(o); o.lock(x) },
			func(o *oracle) { x, _, _ := last(o); o.marshal(x, ifCalc, com.MSHLFLAGS_NORMAL, com.MSHCTX_LOCAL) },
			func(o *oracle) { _, p, _ := last(o); o.unmarshal(o.apts[3], p, -1) },
			func(o *oracle) { o.kill(2) },
			func(o *oracle) { o.wait(certain) },
			func(o *oracle) { x, _, _ := last(o); o.marshal(x, ifCalc, com.MSHLFLAGS_NORMAL, com.MSHCTX_LOCAL) },
		}},
		{"a packet of a proxy outlives what its process knows of the exporter", []func(o *oracle){
			func(o *oracle) { o.create(o.apts[2], true, true) },
			func(o *oracle) { x, _, _ := last(o); o.marshal(x, ifCalc, com.MSHLFLAGS_NORMAL, com.MSHCTX_LOCAL) },
			func(o *oracle) { _, p, _ := last(o); o.unmarshal(o.apts[0], p, -1) },
			func(o *oracle) {
				_, _, h := last(o)
				o.remarshal(h, ifCalc, com.MSHLFLAGS_NORMAL, com.MSHCTX_INPROC)
			},
			func(o *oracle) { _, _, h := last(o); o.release(h) },
			func(o *oracle) { o.wait(1) },
			func(o *oracle) { x, _, _ := last(o); o.lock(x) }, // touches it
			func(o *oracle) { _, p, _ := last(o); o.unmarshal(o.apts[1], p, -1) },
			func(o *oracle) { _, _, h := last(o); o.call(h) },
		}},
		{"pings to a resolver that is gone end with the last pointer", []func(o *oracle){
			func(o *oracle) { o.create(o.apts[2], true, true) },
			func(o *oracle) { x, _, _ := last(o); o.marshal(x, ifCalc, com.MSHLFLAGS_NORMAL, com.MSHCTX_LOCAL) },
			func(o *oracle) { _, p, _ := last(o); o.unmarshal(o.apts[3], p, -1) },
			func(o *oracle) { o.wait(1) },
			func(o *oracle) { o.kill(1) },
			func(o *oracle) { _, _, h := last(o); o.release(h) },
			func(o *oracle) { o.wait(1) },
			func(o *oracle) {
				if r := marshal.ResidueOf(o.procs[2].rt); r.Unsent != 0 {
					o.failf("%+v", r)
				}
			},
		}},
		{"an exporter that its resolver does not know any more is a disconnected one", []func(o *oracle){
			func(o *oracle) { o.create(o.apts[1], true, true) },
			func(o *oracle) { x, _, _ := last(o); o.marshal(x, ifCalc, com.MSHLFLAGS_NORMAL, com.MSHCTX_LOCAL) },
			func(o *oracle) { _, p, _ := last(o); o.unmarshal(o.apts[2], p, -1) },
			func(o *oracle) { o.uninitialize() },
			func(o *oracle) {
				_, _, h := last(o)
				if err := o.use(h); !errors.Is(err, com.RPC_E_DISCONNECTED) || !errors.Is(err, com.OR_INVALID_OXID) {
					o.failf("%v", err)
				}
			},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if text, log := runSteps(t, tt.steps); text != "" {
				t.Errorf("%s\n%s", text, log)
			}
		})
	}
}
