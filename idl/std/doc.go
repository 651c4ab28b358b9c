// Package std embeds the standard IDL files that descriptions import by name:
// wtypes.idl, unknwn.idl, objidl.idl, oaidl.idl, ocidl.idl and their relatives.
// They are written for this compiler, hold what crosses the wire, and are
// found when no directory has a file of that name, so that nobody needs the
// headers of Windows. olectl.h and idispids.h are here for the numbers of stock
// members, stdole2.idl for what importlib("stdole2.tlb") brings.
//
// # Limitations
//
// Declarations that exist for C programs on Windows alone (windows, menus,
// memory handles' insides) are missing, and so are interfaces that never
// leave a process, unless others name them. In-place editing and drawing
// (IOleInPlaceSite, IViewObject and their kin) are not described.
//
// Not all that is described is Go as well: packages std and automation have
// what their doc says. A method that uses something else of these files, a
// storage or a property set, is refused by name and keeps its number.
package std

import "embed"

// Files holds the embedded files at its root, with names in lower case.
//
//go:embed *.idl *.h
var Files embed.FS
