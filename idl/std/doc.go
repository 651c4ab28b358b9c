// Package std embeds the standard IDL files that descriptions import by name:
// wtypes.idl, unknwn.idl, objidl.idl, oaidl.idl, ocidl.idl and their relatives.
// They are written for this compiler, hold what crosses the wire, and are
// found when no directory has a file of that name, so that nobody needs the
// headers of Windows.
//
// # Limitations
//
// Declarations that exist for C programs on Windows alone (windows, menus,
// memory handles' insides) are missing, and so are interfaces that never
// leave a process, unless others name them.
package std

import "embed"

// Files holds the embedded files at its root, with names in lower case.
//
//go:embed *.idl *.h
var Files embed.FS
