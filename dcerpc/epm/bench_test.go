package epm

import (
	"testing"

	"oxid/dcerpc"
)

// benchmarked serves a map of so many entries, as a host has them.
func benchmarked(b *testing.B, n int) *dcerpc.ClientConn {
	table := &Table{}
	for i := range n {
		table.Add(entry(i))
	}
	_, c := serve(b, table, false)
	b.ReportAllocs()
	b.ResetTimer()
	return c
}

// BenchmarkMapTCP is a whole call: client and server.
func BenchmarkMapTCP(b *testing.B) {
	c := benchmarked(b, 100)
	iface, _ := entry(50).Tower.Interface()
	for b.Loop() {
		if _, err := MapTCP(b.Context(), c, iface); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLookup reads a map of a hundred entries in seven calls.
func BenchmarkLookup(b *testing.B) {
	c := benchmarked(b, 100)
	for b.Loop() {
		if all, err := Lookup(b.Context(), c); err != nil || len(all) != 100 {
			b.Fatal(len(all), err)
		}
	}
}
