package scm

import (
	"context"
	"net"
	"time"

	"oxid/com"
	"oxid/marshal"
	"oxid/orpc"
)

// ClientOptions configure a [Client]. The zero value is usable.
type ClientOptions struct {
	// Dial connects to another machine; nil means net.Dialer.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Port is the well-known port of resolvers and activators; "" means 135.
	Port string
	// Timeout bounds an operation whose context has no deadline; 0 means one minute.
	Timeout time.Duration
	// IdleTimeout closes connections that were not used for so long; 0 means 10 s.
	IdleTimeout time.Duration
}

// Client asks the resolvers and activators of other machines. It implements
// [marshal.Resolver] and is safe for concurrent use.
type Client struct{}

// NewClient makes a client without connections.
func NewClient(o ClientOptions) *Client { return new(Client) }

// Close closes the connections. Operations in progress fail.
func (c *Client) Close() error { return nil }

// ResolveOXID implements [marshal.Resolver].
func (c *Client) ResolveOXID(ctx context.Context, oxid orpc.OXID, resAddr orpc.PackedBindings) (*marshal.ExporterInfo, error) {
	return nil, com.E_NOTIMPL
}

// Ping implements [marshal.Resolver].
func (c *Client) Ping(ctx context.Context, resAddr orpc.PackedBindings, set orpc.SETID, seq uint16, add, del []orpc.OID) (orpc.SETID, error) {
	return 0, com.E_NOTIMPL
}

// ActivationOptions refine an activation. nil means the defaults.
type ActivationOptions struct {
	// ImpLevel is what the server may do in the caller's name; 0 means IMPERSONATE.
	ImpLevel com.ImpLevel
}

// Activated is the outcome of an activation.
type Activated struct {
	// Exporter is where the object lives; its Via is the host that answered.
	Exporter marshal.ExporterInfo
	// Interfaces has one element for each requested IID, in that order. The
	// packets hold references: unmarshal each with [marshal.Apartment.Adopt], or
	// release it.
	Interfaces []marshal.ActivationResult
}

// HRESULT returns S_OK, or CO_S_NOTALLINTERFACES when an interface is missing.
func (a *Activated) HRESULT() com.HRESULT { return com.S_OK }

// CreateInstance creates an instance of clsid at target and asks it for iids.
// target is "host", "host:port" or "host[port]"; an IPv6 address may stand in
// brackets. It fails when the object has none of the interfaces.
func (c *Client) CreateInstance(ctx context.Context, target string, clsid com.CLSID, iids []com.IID, o *ActivationOptions) (*Activated, error) {
	return nil, com.E_NOTIMPL
}

// GetClassObject asks for the class object of clsid at target, usually an
// IClassFactory, in the manner of [Client.CreateInstance].
func (c *Client) GetClassObject(ctx context.Context, target string, clsid com.CLSID, iids []com.IID, o *ActivationOptions) (*Activated, error) {
	return nil, com.E_NOTIMPL
}
