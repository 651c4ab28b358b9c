package marshal

import (
	"context"
	"errors"
	"net"
	"time"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/internal/race"
	"oxid/orpc"
	"oxid/step"
)

// connectTimeout bounds connecting when the caller's context does not.
const connectTimeout = time.Minute

// dialContext makes the context of a connection attempt: it ends with the
// runtime, and at the deadline of the call that began it.
func (rt *Runtime) dialContext(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		deadline = time.Now().Add(connectTimeout)
	}
	return context.WithDeadline(rt.ctx, deadline)
}

// candidates lists the addresses of an exporter in the order in which they are
// tried: its own bindings, then their ports at the host through which the
// exporter was found, for servers that know only their inside addresses.
func candidates(info *ExporterInfo) (list []string) {
	seen := map[string]bool{}
	add := func(host, port string) {
		if addr := net.JoinHostPort(host, port); host != "" && !seen[addr] {
			seen[addr] = true
			list = append(list, addr)
		}
	}
	for pass := range 2 {
		for _, b := range info.Bindings.StringBindings {
			host, port := b.Split()
			if b.TowerID != orpc.TOWER_NCACN_IP_TCP || port == "" {
				continue
			}
			if pass == 0 {
				add(host, port)
			} else {
				add(info.Via, port)
			}
		}
	}
	return list
}

// dialBindings races the bindings of an exporter: each starts a moment after
// the one before it, the first that connects wins, every failure is kept.
func (rt *Runtime) dialBindings(ctx context.Context, info *ExporterInfo) (*dcerpc.ClientConn, error) {
	addrs := candidates(info)
	if len(addrs) == 0 {
		return nil, &com.Error{HRESULT: com.RPC_S_PROTSEQ_NOT_SUPPORTED, Step: step.Bindings,
			Hint: "the server advertises no ncacn_ip_tcp binding with a port"}
	}
	conn, _, failed := race.Run(ctx, addrs, func(ctx context.Context, addr string) (net.Conn, error) {
		return rt.opt.Dial(ctx, "tcp", addr)
	}, func(c net.Conn) { c.Close() })
	if failed == nil {
		return dcerpc.NewClientConn(conn, rt.clientOptions()), nil
	}
	attempts := make([]com.Attempt, len(failed))
	for i, f := range failed {
		attempts[i] = com.Attempt{Step: step.ObjectTCP, Target: f.Addr, Err: f.Err}
	}
	return nil, unreachable(attempts)
}

// unreachable is the error of a peer of which no address answered.
func unreachable(attempts []com.Attempt) error {
	hr := com.RPC_S_SERVER_UNAVAILABLE
	var cause error
	for _, a := range attempts {
		if a.Err != nil {
			cause = a.Err
			if errors.Is(a.Err, context.Canceled) || errors.Is(a.Err, context.DeadlineExceeded) {
				hr = com.HRESULTOf(a.Err)
			}
		}
	}
	return &com.Error{HRESULT: hr, Step: step.ObjectTCP, Attempts: attempts, Err: cause,
		Hint: "none of the addresses that the server advertises answers: the process is gone, a firewall closes the port, " +
			"or the addresses are only known inside its network"}
}

// clientOptions are the options of every connection that this runtime makes.
func (rt *Runtime) clientOptions() *dcerpc.ClientOptions {
	return &dcerpc.ClientOptions{NDR64: rt.opt.NDR64, IdleTimeout: rt.opt.IdleTimeout}
}
