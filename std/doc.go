// Package std has the standard interfaces with their proxies and stubs:
// streams, enumerators, persistence, connection points, services, error
// information, pipes, and the class factory, whose Go type is package com's.
// They are registered by importing the package.
//
// Except for this file and those without "Code generated" in their first line
// it is generated from the IDL files beside it. The small structures of
// Windows that interfaces are full of (FILETIME, POINT, BLOB) come with it.
//
// # The way of a call
//
// It is that of every generated interface, but for the methods whose local
// form differs from what travels ([call_as] in the IDL): the proxy's method,
// written by hand, checks and converts its arguments and calls the generated
// remote form; the stub decodes the remote form and calls a function written
// by hand, which calls the object.
//
// # Limitations
//
// What an IErrorInfo says travels with a failed call by other means than this
// interface. ITypeInfo, which IProvideClassInfo returns, belongs to the package
// for type information; where that is not linked in, it cannot be marshaled.
package std
