package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"oxid"
	"oxid/samples/calc"
	"oxid/samples/calc/calculator"
)

// doubles is the size of the large argument: 8 MiB.
const doubles = 1 << 20

// caller makes one measured operation; each has its own goroutine.
type caller func() error

// serve is the server process of one peer.
func serve(peer string) error {
	switch peer {
	case "raw":
		return serveRaw()
	case "netrpc":
		return serveNetRPC()
	case "oxid":
		return serveOxid()
	}
	return fmt.Errorf("no peer %q", peer)
}

func serveOxid() error {
	ctx := context.Background()
	p, err := oxid.Start(ctx, oxid.NoDaemon(), oxid.WithLogger(slog.New(slog.DiscardHandler)), oxid.MaxRequest(16<<20))
	if err != nil {
		return err
	}
	defer p.Close()
	err = p.RegisterClass(ctx, calc.CLSID_Calculator, func(context.Context) (any, error) { return calculator.New(), nil },
		calc.ExposeICalc, calc.ExposeIScientific)
	if err != nil {
		return err
	}
	return answer(p.Addr())
}

// oxidCaller returns what a caller of oxid repeats.
func oxidCallers(addr, op string, n int) ([]caller, func(), error) {
	ctx := context.Background()
	p, err := oxid.Start(ctx, oxid.NoDaemon(), oxid.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		return nil, nil, err
	}
	c, err := oxid.CreateInstance[calc.ICalc](ctx, p, calc.CLSID_Calculator, oxid.At(addr))
	if err != nil {
		return nil, nil, err
	}
	var one caller
	switch op {
	case "add":
		one = func() error { _, err := c.Add(ctx, 20, 22); return err }
	case "sum":
		values := make([]float64, doubles)
		one = func() error { _, err := c.Sum(ctx, values); return err }
	case "cycle":
		one = func() error {
			x, err := c.Clone(ctx)
			if err != nil {
				return err
			}
			_, err = x.Add(ctx, 20, 22)
			oxid.Release(x)
			return err
		}
	}
	list := make([]caller, n)
	for i := range list {
		list[i] = one
	}
	return list, func() { oxid.Release(c); p.Close() }, nil
}

// measure is the client process: it warms up, repeats for a while and reports.
func measure(peer, addr, op string, n int, length time.Duration) error {
	var callers []caller
	var end func()
	var err error
	switch peer {
	case "raw":
		callers, end, err = rawCallers(addr, op, n)
	case "netrpc":
		callers, end, err = netRPCCallers(addr, n)
	case "oxid":
		callers, end, err = oxidCallers(addr, op, n)
	}
	if err != nil {
		return err
	}
	defer end()
	if _, _, err := repeat(callers, length/4); err != nil {
		return err
	}
	runtime.GC()
	fmt.Println("warm") // the parent reads the server's figures now
	if _, err := fmt.Scanln(); err != nil && err.Error() != "unexpected newline" {
		return err
	}
	before := used()
	calls, wall, err := repeat(callers, length)
	if err != nil {
		return err
	}
	after := used()
	return json.NewEncoder(os.Stdout).Encode(outcome{
		Calls: calls, WallUS: float64(wall.Nanoseconds()) / 1000,
		usage: usage{after.CPUUS - before.CPUUS, after.Allocs - before.Allocs, after.Bytes - before.Bytes},
	})
}

// repeat runs every caller in a loop for a while.
func repeat(callers []caller, length time.Duration) (calls int, wall time.Duration, err error) {
	var stop atomic.Bool
	var total atomic.Int64
	var failed atomic.Pointer[error]
	var wg sync.WaitGroup
	start := time.Now()
	timer := time.AfterFunc(length, func() { stop.Store(true) })
	defer timer.Stop()
	for _, c := range callers {
		wg.Go(func() {
			n := 0
			for !stop.Load() {
				if err := c(); err != nil {
					e := err // not err itself: it would be allocated for each call
					failed.Store(&e)
					break
				}
				n++
			}
			total.Add(int64(n))
		})
	}
	wg.Wait()
	if e := failed.Load(); e != nil {
		return 0, 0, *e
	}
	return int(total.Load()), time.Since(start), nil
}
