// Package marshal is COM's remoting proper: apartments, the standard marshaler
// with its proxy managers and stub managers, the channel, reference counting,
// and the ways around it (custom marshaling, the free-threaded marshaler, the
// global interface table). A [Runtime] is what one process is in COM; two of them
// in one program are two machines to each other.
//
// The package moves interface pointers and calls. It neither knows how bytes of
// parameters look (ndr, by way of generated code) nor how they travel (dcerpc),
// and it finds other processes through [Resolver] and is found through
// [Registrar], which package scm implements.
//
// # The way of a call
//
//	generated proxy                             object
//	  | Proxy.Begin                               ^ method
//	channel.go        ORPCTHIS, connection      generated stub
//	  |                                           ^ stub_invoke.go: panics, bad methods
//	outgoing.go       what is special about it  dispatch.go  runIn: hooks, error information
//	  |                                           ^
//	client_exporter.go  dcerpc client           sta.go       its turn, where there are turns
//	  |                                           ^
//	  +------------------ network ----------------+ dispatch.go  ServeRPC: header, IPID
//
// Between two apartments of one runtime local_channel.go is all of the left side
// and of ServeRPC: parameters are marshaled as ever, and the caller's goroutine
// runs the stub.
//
// A call that has nothing special about it, from the multithreaded apartment to
// another process, passes outgoing.go and sta.go with one comparison each. It is
// special when a single-threaded apartment makes it, when its context can be
// cancelled by others ([CoEnableCallCancellation]), when there are channel hooks
// (hook.go), and while some single-threaded apartment is busy, because then a
// call may have been made with the wrong context (lost_causality.go).
//
// # Objects and references
//
// For each object that others hold an apartment has a stub manager
// (stub_manager.go, stub_refs.go) with an interface stub, and an IPID
// (ipid_table.go), for each interface that was marshaled. For each object
// elsewhere it has a core (remote_object.go), with the references that it owns,
// and, while the application holds any of its interfaces, a head
// (proxy_manager.go) that these are proxies of. References travel in OBJREFs
// (std_marshal.go, pointers.go) and go home in batches (release_queue.go); pings
// keep them alive meanwhile (ping_client.go). What falls silent is run down
// (stub_rundown.go).
//
// There may be millions of both, so each object costs three allocations on the
// client and one on the server besides its proxy and its stub: the first
// interface is a part of the manager. Tables hold pointers alone (internal/table),
// IPIDs and OIDs carry the number of a slot (slot_table.go), and a ping set is
// kept as its differences from what the resolver knows. bench/refs measures it.
//
// Who holds what is checked by an oracle (oracle_test.go): random programs over
// several processes, compared with a model after every operation.
//
// # Apartments and contexts
//
// What COM keeps for a thread travels in the context (context.go): the apartment,
// the causality id of the call chain, the running call. A context that names no
// apartment is in the multithreaded one, if there is one. [WithApartment] and
// [Runtime.CoInitializeEx] make a context of an apartment, a method is called with
// one of its object's.
//
// A single-threaded apartment is a lock and two queues that goroutines borrow
// (sta.go), or, if wanted, a thread (sta_thread.go). Its activities form a stack:
// one runs, those under it wait for calls that they made, and whatever comes in
// while the top one waits is put on top of it (sta_frame.go). The context of an
// activity is what connects the two: a call that is made with it lets others in,
// a call made with another context keeps the apartment busy until it is answered.
// A message filter decides what comes in (sta_filter.go), [Runtime.Waits] and
// [WaitCycles] show who waits for whom.
//
// # Laws
//
//   - An apartment's lock guards its tables and all counts of its managers; an
//     sta has a lock of its own for its stack and queues. No application code
//     runs and nothing is sent under either.
//   - Application code runs in the apartment of its object: called by a stub, or
//     let in by visit and turn (sta_turn.go). What nobody waits for (FinalRelease,
//     IExternalConnection) never makes anybody wait for a busy apartment.
//   - A context that application code was given is never used for another call.
//     What is recycled, calls and buffers, is out of its reach.
//   - Whoever is about to block says so first (handOver), so that the connection
//     which it may be reading is read on.
//   - References in a message belong to it until it is sure to have arrived. A
//     call that was certainly not executed gives them back.
//   - The call path of the multithreaded apartment takes no lock of the object
//     world, and makes one allocation on the server: the method's context.
//
// # Limitations
//
//   - References are counted for each IPID, as the protocol has it, and not for
//     each client: what a client took with it when it died is let go when nobody
//     pings for the object any more, not while others do.
//   - A packet on its way holds its object as long as somebody pings for it, else
//     for a ping period at least: longer for those that stay in their process.
//   - A method that runs in a single-threaded apartment passes its context on to
//     what it calls. With another one the apartment serves nobody meanwhile; that
//     is logged with the place of the call, and deadlines that end such a wait
//     say so, but nothing breaks the wait.
//   - The goroutines that a method starts are not its activity: they get their
//     context from [Beside], or are started with [Go].
//   - com.Release takes no context, so an apartment that releases the last
//     reference to another one's object does not serve calls while that runs its
//     FinalRelease; com.ReleaseContext does.
//   - Inside one process a call that is cancelled returns when its method does: it
//     runs on the caller's goroutine. The method's context is cancelled at once.
//   - There are no window messages. What is posted to an apartment is code, by
//     [Apartment.Do], and MessagePending is asked about that.
//   - The thread of an apartment is one of its own making; a program cannot lend
//     its main thread.
//   - No security provider is built in yet: blankets say NONE, and nobody is
//     impersonated.
//   - Error information is of the call that brought it; there is no per-thread
//     IErrorInfo to ask for later.
package marshal
