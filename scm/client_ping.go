package scm

import (
	"context"
	"errors"

	"oxid/com"
	"oxid/internal/race"
	"oxid/orpc"
	"oxid/step"
)

// Ping implements [marshal.Resolver] ([MS-DCOM] 3.2.6.1). A set belongs to the
// one resolver that made it: it is asked at the address that last answered, and
// only where there is none are the bindings tried, to connect and no further.
func (c *Client) Ping(ctx context.Context, resAddr orpc.PackedBindings, set orpc.SETID, seq uint16, add, del []orpc.OID) (orpc.SETID, error) {
	addrs, err := c.candidates(resAddr)
	if err != nil {
		return set, err
	}
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	at := c.home(string(resAddr))
	if at == "" {
		var failed []race.Failure
		_, at, failed = race.Run(ctx, addrs, func(ctx context.Context, addr string) (*resolverConn, error) {
			rc, _, err := c.connect(ctx, addr)
			return rc, err
		}, nil) // connections stay with the client
		if failed != nil {
			return set, resolveError(pingMethod(set, add, del), addrs[0], attempts(failed))
		}
		c.setHome(string(resAddr), at)
	}
	err = c.withConn(ctx, at, func(rc *resolverConn) (err error) {
		set, err = rc.ping(ctx, set, seq, add, del)
		return err
	})
	if err == nil {
		return set, nil
	}
	method := pingMethod(set, add, del)
	if !answered(err) {
		c.setHome(string(resAddr), "") // the next ping looks for another way
		return set, resolveError(method, at, []com.Attempt{{Step: stepOf(err), Target: at, Err: err}})
	}
	return set, &com.Error{HRESULT: com.HRESULTOf(err), Step: step.Pings, Peer: at, Interface: "IObjectExporter", Method: method, Err: err}
}

// pingMethod names the operation for errors.
func pingMethod(set orpc.SETID, add, del []orpc.OID) string {
	if simple(set, add, del) {
		return "SimplePing"
	}
	return "ComplexPing"
}

// simple reports whether nothing has changed since the last ping.
func simple(set orpc.SETID, add, del []orpc.OID) bool { return set != 0 && len(add)+len(del) == 0 }

// answered reports whether an error is what the resolver said, and not that it
// could not be reached.
func answered(err error) bool {
	return errors.Is(err, com.OR_INVALID_SET) || errors.Is(err, com.OR_INVALID_OID) || errors.Is(err, com.RPC_S_OUT_OF_RESOURCES)
}

// ping sends one ping.
func (rc *resolverConn) ping(ctx context.Context, set orpc.SETID, seq uint16, add, del []orpc.OID) (orpc.SETID, error) {
	if simple(set, add, del) {
		code, err := rc.exporter.SimplePing(ctx, set)
		if err != nil {
			return set, err
		}
		return set, status(code)
	}
	// Empty lists are NULL.
	if len(add) == 0 {
		add = nil
	}
	if len(del) == 0 {
		del = nil
	}
	code, id, _, err := rc.exporter.ComplexPing(ctx, set, seq, add, del)
	if err != nil {
		return set, err
	}
	return id, status(code)
}
