// Package gen prints Go: the interface types, values, proxies, stubs and plain
// RPC clients and servers that a checked description (package tree) stands for.
//
// # How a description passes through it
//
// [Generate] first decides which Go package every file belongs to (package.go)
// and gives every declaration its Go name (names.go, declare.go). Then it
// plans each method (plan.go): what is an argument, what a result, and which
// parameters are no more than the length of a slice (fold.go). Printing is a
// walk down the types: gotype.go says what a type is in Go, encode.go and
// decode.go how it goes to the wire and back, each in a flat and a deferred
// part ([C706] 14.3.12.3), the print_*.go files put the pieces together.
//
// What cannot be printed is refused by method, with the reason as a warning;
// the method keeps its place in the vtable. Nothing is refused silently.
//
// # The mapping in short
//
//	[in] long n, [in, size_is(n)] double *v      v []float64
//	[out, retval] long *sum                      a result, the first one
//	HRESULT                                      error, nil for success codes
//	[out, size_is(n), length_is(*got)] byte *b   b []byte in, what was got out
//	[unique] T *                                 *T, []T or *string
//	[ref] T *                                    T
//	IFoo *, void * with iid_is                   IFoo, com.Unknown
//	union                                        a struct that knows its arm
//	[local] f, [call_as(f)] g                    f with the signature of g
//	BSTR, VARIANT, SAFEARRAY(T)                  string, automation.VARIANT, automation.SAFEARRAY
//	DATE, CURRENCY, DECIMAL                      the types of that name in package automation
//	CLIPFORMAT, STGMEDIUM                        the types of that name in package std
//	[nocode] f                                   nothing but a number
//
// Comments in the IDL may hold directives for the generator, a line each:
//
//	oxid:hresult              the method's success codes matter: it returns a
//	                          com.HRESULT before its error
//	oxid:signature (ctx ...)  the method has this Go signature, and functions
//	                          written by hand map it to the wire's
//	oxid:partial              results count even when the HRESULT is a failure;
//	                          otherwise as oxid:hresult
//	oxid:enum16               before a dual or oleautomation interface: its callers
//	                          have a proxy that MIDL made, and enumerations 16 bits
//	oxid:type com.T com.TDesc the interface exists in Go already: only proxy
//	                          and stub are printed and provided
//	oxid:type p/orpc.OXID     before the typedef of a number: it is this Go type,
//	                          of the same kind
//	oxid:type p/orpc.T        before a structure: it is this Go type, whose codec
//	                          is written by hand; see [GoType]. It has no
//	                          interface pointers, and so no ReleaseNDR
//
// # Limitations
//
// Constructs of the Windows Runtime are not printed. Callbacks are reported
// and left out. Pipes are slices: the runtime keeps a call's data in memory as
// a whole. Structures with bit fields, and types of C that have no wire form,
// are refused.
package gen
