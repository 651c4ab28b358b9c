package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"sync/atomic"

	"oxid"
	"oxid/com"
	"oxid/samples/calc"
)

// cell is as small as an object can be that is told from others.
type cell struct{ n int64 }

func (c *cell) Add(_ context.Context, a, b int32) (int32, error)         { return a + b, nil }
func (c *cell) Sum(context.Context, []float64) (float64, error)          { return 0, com.E_NOTIMPL }
func (c *cell) Echo(_ context.Context, text string) (string, error)      { return text, nil }
func (c *cell) Advise(context.Context, calc.ICalcEvents) (uint32, error) { return 0, com.E_NOTIMPL }
func (c *cell) Unadvise(context.Context, uint32) error                   { return com.E_NOTIMPL }
func (c *cell) FinalRelease(context.Context)                             { alive.Add(-1) }

// Clone makes another cell.
func (c *cell) Clone(context.Context) (calc.ICalc, error) {
	return &cell{alive.Add(1)}, nil
}

var alive atomic.Int64

// answer is what the server tells for each line of its input.
type answer struct {
	memory
	Alive int64 `json:"alive"`
}

// serve is the server process: it says its address, and then tells how it is
// whenever it is asked.
func serve(opts ...oxid.Option) error {
	p, err := oxid.Start(context.Background(), opts...)
	if err != nil {
		return err
	}
	defer p.Close()
	err = p.RegisterClass(context.Background(), calc.CLSID_Calculator, func(context.Context) (any, error) {
		return &cell{alive.Add(1)}, nil
	}, calc.ExposeICalc)
	if err != nil {
		return err
	}
	fmt.Println(p.Addr())
	in, out := bufio.NewScanner(os.Stdin), json.NewEncoder(os.Stdout)
	for in.Scan() {
		if err := out.Encode(answer{held(), alive.Load()}); err != nil {
			return err
		}
	}
	return in.Err()
}
