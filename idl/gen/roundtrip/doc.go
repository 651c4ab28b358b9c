// Package roundtrip holds the tests of generated code at work: proxies and
// stubs over memory, clients and servers over a connection, in both transfer
// syntaxes, and what encoding costs. It is apart from package gen so that the
// generated packages can be made anew while they do not compile.
package roundtrip
