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
// they are calls of the interfaces of internal/private over a unix socket,
// one connection in each direction. [Join] takes the daemon where there is one
// and embeds otherwise.
//
// # The life of an object, seen from here
//
// A client names the objects that it holds in a ping set and pings the set
// once a period. A set that is silent for three periods expires; an object that
// is in no set any more is run down: its exporter is told, and lets it go
// unless it was called within the last period. An object that never was in a
// set is found by asking the exporters what nobody has used for three periods.
// The resolver knows objects by name only, and learns who owns one by asking,
// when it is first pinged.
//
// # When the daemon is restarted
//
// Nothing is stored. The processes notice that the connection is gone, try
// again after 50 ms and then ever more slowly up to every 5 s, and register
// everything anew; their [Link] does that by itself. Clients hear that their
// ping set is unknown and make another. They may be faster than the process
// that owns their objects, so that a young daemon takes unknown objects on
// trust for three periods and finds the owner when it registers. For as long
// nothing is run down that nobody pinged.
//
// # Trust
//
// Whatever comes over the network is hostile: see [Limits] for what it can make
// a resolver remember. Processes of the host are trusted as far as the mode of
// the socket lets them in, by default those of the daemon's own user; even so
// none can speak for an exporter of another. What a reference names is the
// peer's word: only so many of its addresses are tried.
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
// storages are refused. Calls are not authenticated yet. A process that
// registered with a daemon goes on naming that daemon's addresses when one
// comes back at others.
package scm
