package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"sync"
	"time"

	"oxid"
	"oxid/samples/calc"
)

// side is what one process pays for a reference.
type side struct {
	Heap       float64 `json:"heap"`           // bytes a reference
	All        float64 `json:"with_records"`   // bytes with the Go runtime's own records
	Left       float64 `json:"heap_left"`      // bytes a reference that are still there when all are released
	Goroutines int     `json:"goroutines"`     // while all are held
	Before     int     `json:"goroutines_was"` // before there was any
}

// result is one run.
type result struct {
	N           int     `json:"n"`
	Client      side    `json:"client"`
	Server      side    `json:"server"`
	CreateUS    float64 `json:"create_us"`    // a reference, by the wall clock
	ReleaseUS   float64 `json:"release_us"`   // until the server has let go
	CreateBytes float64 `json:"create_bytes"` // on the wire, both ways
	IdleBytes   int64   `json:"idle_bytes"`   // of a whole ping, when nothing has changed
	ReleaseByte float64 `json:"release_bytes"`
}

// measure runs the phases.
func measure(s *process, n, callers int, period time.Duration, opts []oxid.Option) (r result, err error) {
	ctx := context.Background()
	var wire traffic
	p, err := oxid.Start(ctx, append(opts, oxid.WithDialer(wire.dial))...)
	if err != nil {
		return r, err
	}
	defer p.Close()
	root, err := oxid.CreateInstance[calc.ICalc](ctx, p, calc.CLSID_Calculator, oxid.At(s.addr))
	if err != nil {
		return r, err
	}
	defer oxid.Release(root)
	refs := make([]calc.ICalc, n)
	clone := func(i int) (err error) { refs[i], err = root.Clone(ctx); return err }
	release := func(i int) error { oxid.Release(refs[i]); refs[i] = nil; return nil }

	// What the first of everything costs is no reference's cost.
	warm := min(n, 1000)
	for _, f := range []func(int) error{clone, release} {
		if err := each(warm, callers, f); err != nil {
			return r, err
		}
	}
	before, clientBefore, err := both(s, 1)
	if err != nil {
		return r, err
	}

	wire.take()
	start := time.Now()
	if err := each(n, callers, clone); err != nil {
		return r, err
	}
	r.N, r.CreateUS = n, perRef(time.Since(start), n)
	time.Sleep(2 * period) // everything is in the ping set now
	r.CreateBytes = float64(wire.take()) / float64(n)
	during, clientDuring, err := both(s, int64(n)+1)
	if err != nil {
		return r, err
	}
	r.Client.Heap, r.Client.All = clientDuring.since(clientBefore, n)
	r.Server.Heap, r.Server.All = during.since(before.memory, n)
	r.Client.Goroutines, r.Client.Before = clientDuring.Goroutines, clientBefore.Goroutines
	r.Server.Goroutines, r.Server.Before = during.Goroutines, before.Goroutines
	if r.IdleBytes, err = idle(&wire, period); err != nil {
		return r, err
	}

	start = time.Now()
	if err := each(n, callers, release); err != nil {
		return r, err
	}
	for {
		a, err := s.ask()
		if err != nil {
			return r, err
		}
		if a.Alive == 1 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	r.ReleaseUS = perRef(time.Since(start), n)
	r.ReleaseByte = float64(wire.take()) / float64(n)
	time.Sleep(5 * period) // the resolver forgets
	after, clientAfter, err := both(s, 1)
	if err != nil {
		return r, err
	}
	r.Client.Left, _ = clientAfter.since(clientBefore, n)
	r.Server.Left, _ = after.since(before.memory, n)
	return r, nil
}

// idle returns the bytes of one ping when nothing has changed: the least of
// some periods, because connections come and go.
func idle(wire *traffic, period time.Duration) (least int64, err error) {
	wire.take()
	for i := range 3 {
		time.Sleep(period)
		if b := wire.take(); i == 0 || b < least {
			least = b
		}
	}
	return least, nil
}

// both measures the two processes once the server has the objects.
func both(s *process, alive int64) (server answer, client memory, err error) {
	for {
		if server, err = s.ask(); err != nil {
			return server, client, err
		}
		if server.Alive == alive {
			return server, held(), nil
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func perRef(d time.Duration, n int) float64 { return float64(d.Microseconds()) / float64(n) }

// each runs f for every number below n, by several callers at a time.
func each(n, callers int, f func(i int) error) (err error) {
	var wg sync.WaitGroup
	var once sync.Once
	for c := range callers {
		wg.Go(func() {
			for i := c; i < n; i += callers {
				if e := f(i); e != nil {
					once.Do(func() { err = e })
					return
				}
			}
		})
	}
	wg.Wait()
	return err
}

func (r result) print(asJSON bool) error {
	if asJSON {
		e := json.NewEncoder(os.Stdout)
		e.SetIndent("", "  ")
		return e.Encode(r)
	}
	fmt.Printf("%d references, %s\n\n", r.N, "client and server in processes of their own")
	fmt.Printf("%-8s %12s %16s %14s %22s\n", "", "heap B/ref", "+ Go's records", "left B/ref", "goroutines (were)")
	for _, x := range []struct {
		name string
		side
	}{{"client", r.Client}, {"server", r.Server}} {
		fmt.Printf("%-8s %12.1f %16.1f %14.1f %14d (%d)\n", x.name, x.Heap, x.All, x.Left, x.Goroutines, x.Before)
	}
	fmt.Printf("\nmade     %6.2f us and %6.1f bytes on the wire each, its ping entry included\n", r.CreateUS, r.CreateBytes)
	fmt.Printf("released %6.2f us and %6.1f bytes each\n", r.ReleaseUS, r.ReleaseByte)
	fmt.Printf("a ping when nothing has changed: %d bytes\n", r.IdleBytes)
	return nil
}
