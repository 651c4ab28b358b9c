package scm

import (
	"testing"
	"time"

	"oxid/com"
	"oxid/orpc"
)

// BenchmarkActivate is a whole activation over loopback on a connection that is
// there: request, instance, packet, first reference.
func BenchmarkActivate(b *testing.B) {
	server, err := startMachine(b.Context(), machineOptions{})
	if err != nil {
		b.Fatal(err)
	}
	defer server.stop()
	server.gone = nil
	if err := server.serve(b.Context(), "Hello"); err != nil {
		b.Fatal(err)
	}
	c := NewClient(ClientOptions{})
	defer c.Close()
	iids := []com.IID{iidGreeter}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.CreateInstance(b.Context(), server.addr, clsidGreeter, iids, nil); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSimplePing is one ping among ten thousand sets, without the network.
func BenchmarkSimplePing(b *testing.B) {
	r := newResolver(Options{Logger: quiet, PingPeriod: time.Hour, Limits: Limits{SetsPerClient: 1 << 20}}, nil, 0)
	defer r.close()
	var sets []orpc.SETID
	for range 10000 {
		id, err := r.complexPing(b.Context(), "c", 0, 1, nil, nil)
		if err != nil {
			b.Fatal(err)
		}
		sets = append(sets, id)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if err := r.simplePing(sets[i%len(sets)]); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkComplexPing adds a thousand objects to a set and takes them out again.
func BenchmarkComplexPing(b *testing.B) {
	list := make(oids, 1000)
	for i := range list {
		list[i] = orpc.OID(i + 1)
	}
	r := newResolver(Options{Logger: quiet, PingPeriod: time.Hour}, nil, 0)
	defer r.close()
	if _, err := r.register(b.Context(), 7, newFake(list...)); err != nil {
		b.Fatal(err)
	}
	id, err := r.complexPing(b.Context(), "c", 0, 0, nil, nil)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for seq := uint16(1); b.Loop(); seq += 2 {
		if _, err := r.complexPing(b.Context(), "c", id, seq, list, nil); err != nil {
			b.Fatal(err)
		}
		if _, err := r.complexPing(b.Context(), "c", id, seq+1, nil, list); err != nil {
			b.Fatal(err)
		}
	}
}
