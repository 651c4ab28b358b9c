// Package faults is where oxid meets what no protocol can prevent: its tests
// kill the server, a client and the resolver (kill -9) at random points of a
// running load, and cut the network between a client and a server for some ping
// periods.
//
//	load_test.go        a client process: callers that create, call, advise and release
//	server_test.go      the server process and the host's daemon
//	child_test.go       how a test starts such processes, asks and kills them
//	kill_test.go        who survives, what survivors are told, what is left of the dead
//	partition_test.go   a partition of one ping period and of five
//
// What counts: nobody hangs; whoever calls something that is gone gets an error
// that says so within the deadline; the references of the dead are gone after
// the ping timeout, which is shortened here; memory, goroutines and descriptors
// of the survivors return to where they were.
//
// The load is 64 callers in two processes with a thousand objects. go test runs
// each case once; a campaign repeats them, for the survivors of a round are those
// of the next:
//
//	go test -count=1 -timeout 0 ./interop/faults -args -faults.time 1h
//
// # Limitations
//
// Partitions need Linux, root and iproute2, and are skipped with the reason
// elsewhere; with OXID_INTEROP=required in the environment that is a failure.
package faults
