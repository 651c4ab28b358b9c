// Package source holds the text of IDL files: it finds and reads them within
// bounds, and turns byte offsets into lines and columns.
//
// A [Pos] is a file and a byte offset; it is what tokens, syntax nodes and the
// checked tree carry, and what diagnostics print. Lines are counted only when
// somebody asks, because most positions are never printed.
package source
