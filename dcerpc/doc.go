// Package dcerpc is the connection-oriented DCE/RPC runtime of [C706] with the
// extensions of [MS-RPCE]: client and server, over TCP, unix sockets and within
// one process. It carries stub data and knows nothing of what is in it: package
// ndr encodes that, package orpc adds the headers of the object protocol.
//
// # The way of a call
//
//	caller                                       handler
//	  | PresContext.NewCall, append to Stub        ^ ServerCall.Stub, GrowReply, Reply
//	  v ClientCall.Invoke                          | Handler.ServeRPC
//	client_call.go   slot, call id               server_call.go     inline or beside the reader
//	  |                                            ^
//	message.go       fragments, protection       server_request.go  checks, reassembly
//	  v                                            |
//	sender.go        queue, one flusher          server_conn.go     framing
//	  |                                            ^
//	  +----------------- connection ---------------+ source.go
//
// The reply goes back through [sender] and client_read.go. Presentation contexts
// are negotiated by client_bind.go and server_bind.go, security contexts by
// client_auth.go and server_auth.go. The formats of PDUs are in pdu*.go.
//
// A client:
//
//	conn, err := dcerpc.Dial(ctx, "tcp", "10.0.0.5:135", nil)
//	pres, err := conn.Context(ctx, iface)
//	call := pres.NewCall(opnum, nil, size)
//	defer call.Free()
//	call.Stub = append(call.Stub, request...)
//	err = call.Invoke(ctx) // then call.Reply
//
// A server:
//
//	srv := dcerpc.NewServer(nil)
//	err := srv.Register(&dcerpc.Interface{Syntax: iface, NumOps: 3, Handler: h})
//	err = srv.Serve(listener)
//
// # Who reads, who writes
//
// Handing a call to another goroutine costs more than all the rest of it, so
// neither side has a goroutine a call, nor a client a goroutine a connection.
//
// Reading a connection is a role that one goroutine has at a time. At the
// client a lone caller reads its own answer; when it finds that others wait too
// (or that it takes long and its context can end) a goroutine takes the role
// over until nobody waits. At the server the reader runs handlers itself, and
// writes the replies once nothing more is buffered. When a handler says that it
// will block ([ServerCall.HandOver]), calls on ([ClientCall.Invoke] with the
// call's context), or is seen to block by a watchdog that ticks every 10 ms, a new
// goroutine takes the role, and the old one ends with its call. A connection
// whose handlers block without a word runs each call on a goroutine of its own
// until it has been quiet for a second.
//
// Writers append to a queue under the connection's lock. Whoever finds nobody
// flushing flushes until the queue is empty; when several calls are in flight
// it lets the others run first, so that their PDUs share one system call.
//
// # Rules
//
//   - A connection's lock is never held while a handler, a security context or
//     the network runs; fields are grouped by who may touch them.
//   - Whatever a peer announces, memory is taken as its bytes arrive.
//   - A call that fails, faults or is cancelled harms no other call. What breaks
//     the protocol ends the connection and fails every call in flight on it.
//   - Buffers have one owner. What another goroutine may still look at is left
//     to the garbage collector, never recycled.
//   - No timer is set for a call.
//
// # Errors
//
// A fault of the server is a [*Fault], everything else a [*com.Error] that names
// step, peer and cause. Both match the [com.HRESULT] that a COM client would see.
// RPC_S_CALL_FAILED_DNE is only used for calls that certainly did not execute.
//
// # Limitations
//
// Connectionless RPC, named pipes, RPC over HTTP, callbacks, pipes and the
// maybe attribute are not supported. Replies are little-endian. The order of
// replies to concurrent calls is not that of the requests. Outside of unix a
// connection that waits holds a read buffer of 4 KB. A caller whose context is
// cancelled in the first 20 ms of a call may notice up to 40 ms late; deadlines
// are kept to the millisecond.
package dcerpc
