package scm

import (
	"context"
	"errors"
	"time"

	"oxid/dcerpc"
	"oxid/marshal"
	"oxid/orpc"
)

// ErrNoDaemon is matched by the errors of [DialDaemon] where no daemon answers.
var ErrNoDaemon = errors.New("no oxid daemon on this host")

// Service makes a process findable: a [*Local] or a [*Link].
type Service interface {
	marshal.Registrar
	// Target is where this machine's own activators answer, as "host:port" for
	// [Client.CreateInstance].
	Target() string
	// PingPeriod is the period that the resolver counts with: the runtime's has
	// to be the same.
	PingPeriod() time.Duration
	// Close ends the service. Close the runtime first.
	Close(ctx context.Context) error
}

// JoinOptions configure [Join].
type JoinOptions struct {
	Options
	Server   *dcerpc.Server       // of this process
	Bindings []orpc.StringBinding // where it can be reached
	Socket   string               // of the daemon; "" means [DefaultSocket]
	Embedded bool                 // do not look for a daemon
}

// Join registers with the host's daemon where one runs, and embeds a resolver
// of the process's own otherwise.
func Join(ctx context.Context, o JoinOptions) (Service, error) {
	if !o.Embedded {
		l, err := DialDaemon(ctx, LinkOptions{Socket: o.Socket, Server: o.Server, Bindings: o.Bindings,
			ActivationLevel: o.ActivationLevel, Logger: o.Logger})
		if err == nil {
			return l, nil
		}
		if !errors.Is(err, ErrNoDaemon) {
			return nil, err
		}
	}
	l, err := NewLocal(LocalOptions{Options: o.Options, Server: o.Server, Bindings: o.Bindings})
	if err != nil {
		return nil, err
	}
	return l, nil
}
