// Package std has the standard interfaces with their proxies and stubs:
// streams, enumerators, persistence, connection points, services, error
// information, pipes, data transfer, monikers, and the class factory, whose Go
// type is package com's. They are registered by importing the package.
//
// Except for this file and those without "Code generated" in their first line
// it is generated from the IDL files beside it. The small structures of
// Windows that interfaces are full of (FILETIME, POINT, BLOB) come with it, and so
// do those of protocol specifications ([MS-DTYP]): RPC_UNICODE_STRING, made by
// [NewUnicodeString], RPC_SID, made by [ParseSID], LUID and others.
//
// # The way of a call
//
// It is that of every generated interface, but for the methods whose local
// form differs from what travels ([call_as] in the IDL): the proxy's method,
// written by hand, checks and converts its arguments and calls the generated
// remote form; the stub decodes the remote form and calls a function written
// by hand, which calls the object.
//
// Clipboard formats and media are Go types with codecs by hand ([CLIPFORMAT],
// [STGMEDIUM]), because their wire form is another than that of their
// declaration.
//
// # Enumerators
//
// [All] ranges over any enumerator, and [NewEnum] makes one of a slice:
//
//	for s, err := range std.All(ctx, names) { ... }
//
// # Limitations
//
// Media of the graphics system (bitmaps, palettes, metafiles) do not travel: a
// call with one fails with com.DV_E_TYMED. A storage travels where a package is
// linked in that describes IStorage; there is none here. Calls of an IAdviseSink
// are calls like any other, and are waited for. There are no monikers and no bind
// contexts here, only the interfaces of both.
//
// Storages, property sets, embedding and property pages are not in this package;
// descriptions that mention them compile, and the methods that use them are
// refused by name.
//
// What an IErrorInfo says travels with a failed call by other means than this
// interface. ITypeInfo, which IProvideClassInfo returns, belongs to the package
// for type information; where that is not linked in, it cannot be marshaled.
package std
