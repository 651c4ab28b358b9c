// Package interop is where oxid meets implementations that others wrote: its
// tests start the server of interop/fixture and point independent suites at it.
//
//	impacket_test.go       an impacket client asks 25 things (drivers/dcom_client.py)
//	rawprotocol_test.go    bytes that Windows answers, by Samba (drivers/raw_protocol.py)
//	smbtorture_test.go     Samba's torture tests of RPC services and of NDR
//	capture_test.go        what all of them put on the wire, judged by Wireshark
//	demo_test.go           the same for "oxid demo"
//
// Package interop/wine does the same with Wine, and interop/idl judges the IDL
// compiler by Wine's interface definitions.
//
// Each suite has a network namespace of its own (namespace_test.go), because
// clients of COM look for a server at port 135: nothing on this machine is in
// the way, and nothing on it is reached. Where namespaces cannot be made the
// suites take turns at 127.0.0.1:135.
//
// They need Linux and Debian's packages python3-impacket, python3-samba,
// samba-testsuite, tshark and iproute2. Where something is missing a test is
// skipped and says why; with OXID_INTEROP=required in the environment that is a
// failure.
//
// The folders below are the interfaces that the fixture serves for the suites.
//
// # Limitations
//
// What the peers are, and can do, is up to the packages that are installed.
// Suites that need authentication are not run yet.
package interop
