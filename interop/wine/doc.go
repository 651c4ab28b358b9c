// Package wine is where oxid meets Wine: the widl compiler, the RPC runtime
// rpcrt4 with its NDR engine, and the object marshaling of combase. All of them
// were written independently of this module. The programs that run under Wine
// are in programs, in C, and are built by the tests. Their interfaces are in the
// other folders:
//
//	zoo    plain RPC: one operation for each construct that travels
//	arith  objects: calls, queries and reference counts
//
// # Plain RPC
//
// zoo/zoo.idl is compiled by oxid and by widl. The program zoo.c answers
// each operation with a call of the same operation at a server that the test
// runs. So every value takes this way:
//
//	Go client -> Wine's server stub -> Wine's client stub -> Go server
//	          <-                    <-                    <-
//
// and all four codecs have to agree on it. The values there and back are drawn
// independently; what arrives at either end is compared with what was sent at
// the other.
//
// # Needs
//
// Debian's packages wine64, wine64-tools, libwine-dev and gcc-mingw-w64-x86-64.
// Where something is missing a test is skipped and says why; with
// OXID_INTEROP=required in the environment that is a failure. Wine keeps its
// files in a temporary directory; everything listens on 127.0.0.1.
package wine
