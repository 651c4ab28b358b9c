// Package scm is the service control manager and the object resolver: how
// processes find each other's objects. It answers who serves a class
// (activation), where an exporter listens (OXID resolution) and which objects
// still have clients (ping sets), and it asks other machines the same.
//
// # Server side: embedded or as a daemon
//
// [Local] is for a process on its own: its one RPC server answers for its
// objects, its resolver, its activators, endpoint mapper and management alike.
// The references that it hands out carry "host[port]" of that server.
//
// [Daemon] is for a host: it answers on port 135 on behalf of every process
// that has a [Link] to it. The references of those processes carry the daemon's
// addresses without a port, as clients on Windows expect.
//
//	client                        daemon, or the process itself          process
//	------                        -----------------------------          -------
//	RemoteCreateInstance  ----->  activator_rpc.go
//	                              activator.go, class table  -- link -->  Apartment.Activate
//	ResolveOxid2          ----->  resolver_rpc.go
//	                              resolver.go, OXID table    <-- link --  RegisterExporter
//	ComplexPing           ----->  resolver_rpc.go
//	                              pingset.go, OID table      -- link -->  Exporter.Owns
//	(silence)                     rundown.go                 -- link -->  Exporter.Rundown
//
// In a process on its own the arrows named link are method calls. To a daemon
// they are calls of the private interface of private.idl over a unix socket,
// one connection in each direction. [Join] takes the daemon where there is one
// and embeds otherwise.
//
// # Client side
//
// [Client] implements [marshal.Resolver] and activation. It tries the bindings
// of a resolver in parallel, keeps every failure for the error, and falls back
// to the older operations that a server of an older version has.
//
// # Limitations
//
// Servers that are not running are not launched: a class is found when a
// process has registered it. The one place where a launcher would be asked is
// resolver.classServers. Sessions, partitions and activation from files or
// storages are refused. Calls are not authenticated yet.
package scm
