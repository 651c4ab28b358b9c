// Package step is the one vocabulary in which oxid says how far an operation
// got: errors, logs, metrics and tools all use these words.
//
// The words are ordered as a first call meets them, from the caller's own
// process to the release of the last reference.
package step

// Step names one stage on the way from a caller to a remote object.
type Step string

// The stages, in the order in which a first call passes through them.
const (
	Self      Step = "self"       // the caller's own process: arguments, apartment, registration
	Name      Step = "name"       // resolving the peer's host name
	TCP       Step = "tcp"        // connecting to the peer's well-known port
	RPC       Step = "rpc"        // DCE/RPC bind at the well-known port
	EPM       Step = "epm"        // asking the endpoint mapper
	Resolver  Step = "resolver"   // asking the object resolver (IObjectExporter)
	Bindings  Step = "bindings"   // choosing among the bindings that the peer advertised
	Auth      Step = "auth"       // authentication and authorisation
	Class     Step = "class"      // finding the class
	Activate  Step = "activate"   // creating the instance
	ObjectTCP Step = "object-tcp" // connecting to the object exporter
	ObjectRPC Step = "object-rpc" // DCE/RPC bind at the object exporter
	Interface Step = "interface"  // obtaining the interface (QueryInterface, proxy, stub)
	Call      Step = "call"       // the method call itself
	Pings     Step = "pings"      // keeping remote references alive
	Callback  Step = "callback"   // the peer calling back into this process
	Release   Step = "release"    // giving references back
)

// All lists the steps in order.
var All = []Step{
	Self, Name, TCP, RPC, EPM, Resolver, Bindings, Auth, Class, Activate,
	ObjectTCP, ObjectRPC, Interface, Call, Pings, Callback, Release,
}
