package faults

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"oxid"
	"oxid/samples/calc"
	"oxid/samples/calc/calculator"
	"oxid/scm"
)

// discard hears what the processes of a test would log about the dead.
var discard = slog.New(slog.DiscardHandler)

// startDaemon is the host's daemon.
func startDaemon(s setup) (func(string) (report, error), error) {
	d, err := scm.StartDaemon(scm.DaemonOptions{
		Options:   scm.Options{PingPeriod: period, Logger: discard},
		Addresses: []string{s.Listen}, Socket: s.Socket,
	})
	if err != nil {
		return nil, err
	}
	return func(string) (report, error) { return report{Addr: d.Target()}.measured(), nil }, nil
}

// startProcess is a process behind the daemon, or one on its own.
func startProcess(s setup) (*oxid.Process, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	opts := []oxid.Option{oxid.PingPeriod(period), oxid.IdleTimeout(idle), oxid.WithLogger(discard)}
	if s.Socket == "" {
		opts = append(opts, oxid.NoDaemon(), oxid.Listen(s.Listen))
	} else {
		opts = append(opts, oxid.Daemon(s.Socket))
	}
	return oxid.Start(ctx, opts...)
}

// startServer is the server of calculators, which counts those that live.
func startServer(s setup) (func(string) (report, error), error) {
	p, err := startProcess(s)
	if err != nil {
		return nil, err
	}
	var live atomic.Int64
	err = p.RegisterClass(context.Background(), calc.CLSID_Calculator, func(context.Context) (any, error) {
		c := calculator.New()
		c.OnFinalRelease = func() { live.Add(-1) }
		c.OnClone = func() { live.Add(1) }
		live.Add(1)
		return c, nil
	}, calc.ExposeICalc)
	if err != nil {
		return nil, err
	}
	return func(string) (report, error) {
		return report{Addr: p.Addr(), Live: int(live.Load())}.measured(), nil
	}, nil
}
