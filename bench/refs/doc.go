// Command refs measures what live references cost: a server process makes
// objects, a client process holds a reference on each, and both tell the bytes
// of heap that one of them takes when nothing else is going on.
//
//	go run ./bench/refs                    a million references; a minute or two
//	go run ./bench/refs -n 100000 -json
//
// Heap is what is reachable after a collection (MemStats.HeapAlloc). The Go
// runtime has records of its own besides, for weak pointers, clean-ups and
// spans, which are told with it in the second figure. The server's figures
// include the objects themselves, 16 bytes each, and the entries of the
// resolver's ping set, which lives in the same process.
//
// Bytes are counted at the client's sockets, in phases that do one thing each:
// making the references, the ping that tells the resolver of all of them, a
// ping when nothing has changed, and the release of all.
package main
