// Package oxid is COM's remoting system in pure Go: call objects that live in
// other processes and on other machines, host objects that they call, and be
// called back, over the DCOM wire protocol, on any operating system.
//
// # A server
//
//	p, err := oxid.Start(ctx, oxid.Listen(":0"))
//	err = p.RegisterClass(ctx, calc.CLSID_Calculator, func(context.Context) (any, error) {
//		return calculator.New(), nil
//	}, calc.ExposeICalc, calc.ExposeIScientific)
//
// # A client
//
//	p, err := oxid.Start(ctx)
//	c, err := oxid.CreateInstance[calc.ICalc](ctx, p, calc.CLSID_Calculator, oxid.At("10.0.0.5"))
//	defer oxid.Release(c)
//	n, err := c.Add(ctx, 1, 2)
//	sci, err := oxid.QueryInterface[calc.IScientific](ctx, c)
//
// # The way of a call
//
// This package is the front door: it puts a listener, an RPC server (dcerpc),
// the object world (marshal) and a resolver with its activators (scm) together
// into a [Process]. A call does not pass through it again: it goes from the
// generated proxy to its channel in marshal, through dcerpc to the other side,
// and up through the stub manager to the object. ARCHITECTURE.md follows it
// file by file.
//
// # Ownership
//
// Pointers to local Go values need no care. A proxy is counted: every result
// is one hand-out, [Release] gives one back, [Keep] takes one more. An argument
// belongs to the call that brought it; a method that goes on using it says
// Keep.
//
// # Contexts
//
// Every call takes a context. Its end cancels the call on the wire, its
// deadline bounds every network step. What COM keeps per thread travels in it
// too: call out of a method with the context that the method was given.
//
// # Limitations
//
// Calls are not authenticated yet: a process listens on loopback unless told
// otherwise. Single-threaded apartments, handlers and type libraries are being
// built. oxid is built to the open specifications ([MS-DCOM], [MS-RPCE], C706)
// and checked against independent implementations of them.
package oxid
