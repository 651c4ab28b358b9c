package marshal

import (
	"context"
	"errors"
	"net"
	"time"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/orpc"
	"oxid/step"
)

const (
	// connectTimeout bounds connecting when the caller's context does not.
	connectTimeout = time.Minute
	// raceDelay is how long the next binding waits for the one before it
	// (RFC 8305 section 5 recommends 250 ms).
	raceDelay = 250 * time.Millisecond
)

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
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type result struct {
		i    int
		conn net.Conn
		err  error
	}
	results := make(chan result)
	next, running := 0, 0
	start := func() {
		i := next
		next++
		running++
		go func() {
			conn, err := rt.opt.Dial(ctx, "tcp", addrs[i])
			results <- result{i, conn, err}
		}()
	}
	start()
	timer := time.NewTimer(raceDelay)
	defer timer.Stop()
	attempts := make([]com.Attempt, len(addrs))
	var won net.Conn
	for running > 0 {
		var more <-chan time.Time
		if next < len(addrs) && won == nil {
			more = timer.C
		}
		select {
		case <-more:
			start()
			timer.Reset(raceDelay)
		case r := <-results:
			running--
			attempts[r.i] = com.Attempt{Step: step.ObjectTCP, Target: addrs[r.i], Err: r.err}
			switch {
			case r.err == nil && won == nil:
				won = r.conn
				cancel() // the others are not needed
			case r.err == nil:
				r.conn.Close()
			case won == nil && next < len(addrs) && ctx.Err() == nil:
				start()
			}
		}
	}
	if won != nil {
		return dcerpc.NewClientConn(won, rt.clientOptions()), nil
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
