// Command client calls the Calculator of samples/calc/server: the client of
// the README.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"time"

	"oxid"
	"oxid/samples/calc"
)

func main() {
	at := flag.String("at", "127.0.0.1:4001", "address of the server")
	flag.Parse()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := use(ctx, *at); err != nil {
		log.Fatal(err)
	}
}

func use(ctx context.Context, at string) error {
	p, err := oxid.Start(ctx)
	if err != nil {
		return err
	}
	defer p.Close()
	c, err := oxid.CreateInstance[calc.ICalc](ctx, p, calc.CLSID_Calculator, oxid.At(at))
	if err != nil {
		return err // says which step failed, at which address, and what to do
	}
	defer oxid.Release(c)
	sum, err := c.Add(ctx, 20, 22) // the context's deadline and cancellation reach the wire
	if err != nil {
		return err
	}
	fmt.Println(sum)
	return nil
}
