package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// scenario is one thing that is measured.
type scenario struct {
	Name    string
	Op      string // what a caller repeats: add, sum, cycle
	Callers int
	CPU     string // CPU list for both processes; "" leaves them free
	Peers   []string
}

var scenarios = []scenario{
	{"unary-1-same-cpu", "add", 1, "0", []string{"raw", "netrpc", "oxid"}},
	{"unary-1-free", "add", 1, "", []string{"raw", "netrpc", "oxid"}},
	{"unary-16", "add", 16, "", []string{"raw", "netrpc", "oxid"}},
	{"unary-128", "add", 128, "", []string{"raw", "netrpc", "oxid"}},
	{"sum-1M-doubles", "sum", 1, "", []string{"raw", "oxid"}},
	{"create-call-release", "cycle", 1, "0", []string{"oxid"}},
}

// result is one round of one scenario with one peer.
type result struct {
	Calls   int     `json:"calls"`
	WallUS  float64 `json:"wall_us"`   // microseconds a call, as the callers' wall clock has it
	CPUUS   float64 `json:"cpu_us"`    // CPU of both processes a call
	Allocs  float64 `json:"allocs"`    // allocations of both processes a call
	Bytes   float64 `json:"bytes"`     // bytes allocated by both a call
	XRawTCP float64 `json:"x_raw_tcp"` // ratio to raw TCP of the same round
}

// row is the medians of one scenario and peer.
type row struct {
	Scenario string `json:"scenario"`
	Peer     string `json:"peer"`
	Rounds   int    `json:"rounds"`
	result
}

func main() {
	rounds := flag.Int("rounds", 5, "rounds; figures are their medians")
	length := flag.Duration("time", 400*time.Millisecond, "length of one measurement")
	only := flag.String("only", "", "run scenarios whose name contains this")
	asJSON := flag.Bool("json", false, "print JSON")
	role := flag.String("role", "", "internal: server or client")
	peer := flag.String("peer", "", "internal")
	addr := flag.String("addr", "", "internal")
	op := flag.String("op", "", "internal")
	callers := flag.Int("callers", 1, "internal")
	flag.Parse()
	var err error
	switch *role {
	case "server":
		err = serve(*peer)
	case "client":
		err = measure(*peer, *addr, *op, *callers, *length)
	default:
		err = compare(*rounds, *length, *only, *asJSON)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// compare runs every scenario and prints the medians.
func compare(rounds int, length time.Duration, only string, asJSON bool) error {
	var rows []row
	for _, s := range scenarios {
		if !strings.Contains(s.Name, only) {
			continue
		}
		got := map[string][]result{}
		for range rounds {
			raw := 0.0
			for _, p := range s.Peers {
				r, err := round(s, p, length)
				if err != nil {
					return fmt.Errorf("%s, %s: %w", s.Name, p, err)
				}
				if p == "raw" {
					raw = r.WallUS
				}
				if raw > 0 {
					r.XRawTCP = r.WallUS / raw
				}
				got[p] = append(got[p], r)
			}
		}
		for _, p := range s.Peers {
			rows = append(rows, row{s.Name, p, rounds, medians(got[p])})
		}
	}
	if asJSON {
		enc := json.NewEncoder(os.Stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(rows)
	}
	fmt.Printf("%-20s %-7s %12s %10s %12s %12s %14s\n", "scenario", "peer", "us/call", "x raw TCP", "CPU us/call", "allocs/call", "bytes/call")
	for _, r := range rows {
		x := "-"
		if r.XRawTCP > 0 {
			x = fmt.Sprintf("%.2f", r.XRawTCP)
		}
		fmt.Printf("%-20s %-7s %12.2f %10s %12.2f %12.2f %14.0f\n", r.Scenario, r.Peer, r.WallUS, x, r.CPUUS, r.Allocs, r.Bytes)
	}
	return nil
}

func medians(list []result) (m result) {
	of := func(f func(result) float64) float64 {
		v := make([]float64, len(list))
		for i, r := range list {
			v[i] = f(r)
		}
		slices.Sort(v)
		return v[len(v)/2]
	}
	m.Calls = int(of(func(r result) float64 { return float64(r.Calls) }))
	m.WallUS = of(func(r result) float64 { return r.WallUS })
	m.CPUUS = of(func(r result) float64 { return r.CPUUS })
	m.Allocs = of(func(r result) float64 { return r.Allocs })
	m.Bytes = of(func(r result) float64 { return r.Bytes })
	m.XRawTCP = of(func(r result) float64 { return r.XRawTCP })
	return m
}
