package scm

import (
	"context"
	"log/slog"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/marshal"
	"oxid/orpc"
)

// LinkOptions configure a [Link].
type LinkOptions struct {
	// Socket is the path of the daemon's unix socket; "" means [DefaultSocket].
	Socket string
	// Server is the RPC server of this process, as in [LocalOptions]: it answers
	// there for those who know its port. nil leaves that out.
	Server *dcerpc.Server
	// Bindings say where Server can be reached.
	Bindings []orpc.StringBinding
	// Logger receives what nobody's call reports; nil means slog.Default().
	Logger *slog.Logger
}

// Link is a process's connection to the host's daemon. It implements
// [marshal.Registrar], registers everything anew when the daemon was
// restarted, and is safe for concurrent use.
type Link struct{}

// DialDaemon connects to the daemon. It fails with an error that matches
// [ErrNoDaemon] when none is there.
func DialDaemon(ctx context.Context, o LinkOptions) (*Link, error) { return nil, com.E_NOTIMPL }

// Close ends the link; the daemon forgets this process.
func (l *Link) Close(ctx context.Context) error { return nil }

// Target is where the daemon's activators answer, for [Client.CreateInstance].
func (l *Link) Target() string { return "" }

// RegisterExporter implements [marshal.Registrar].
func (l *Link) RegisterExporter(ctx context.Context, e *marshal.Exporter) (orpc.PackedBindings, error) {
	return nil, com.E_NOTIMPL
}

// RevokeExporter implements [marshal.Registrar].
func (l *Link) RevokeExporter(ctx context.Context, e *marshal.Exporter) {}

// RegisterClass implements [marshal.Registrar].
func (l *Link) RegisterClass(ctx context.Context, e *marshal.Exporter, clsid com.CLSID) error {
	return com.E_NOTIMPL
}

// RevokeClass implements [marshal.Registrar].
func (l *Link) RevokeClass(ctx context.Context, e *marshal.Exporter, clsid com.CLSID) {}
