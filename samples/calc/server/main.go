// Command server hosts the Calculator: the server of the README.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"

	"oxid"
	"oxid/samples/calc"
	"oxid/samples/calc/calculator"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:4001", "address to listen on")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	p, err := oxid.Start(ctx, oxid.Listen(*listen))
	if err != nil {
		log.Fatal(err)
	}
	err = p.RegisterClass(ctx, calc.CLSID_Calculator, func(context.Context) (any, error) {
		return calculator.New(), nil
	}, calc.ExposeICalc, calc.ExposeIScientific)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("the calculator listens on", p.Addr())
	<-ctx.Done()
	if err := p.Close(); err != nil {
		log.Fatal(err)
	}
}
