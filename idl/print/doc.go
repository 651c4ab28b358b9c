// Package print writes a checked description back: as IDL in one normal form,
// with every decision of the compiler spelled out, or as JSON for programs.
//
// The normal form is IDL that means the same. Attributes stand in one order;
// pointers at the outside of parameters and fields always tell their kind;
// max_is and last_is have become size_is and length_is; enum members and
// constants have their values; a comment behind each method tells its opnum.
// Printing what was read from normal form yields the same text.
//
// # Limitations
//
// Preprocessor directives and comments that document nothing are gone.
// Constructs of the Windows Runtime are printed as comments.
package print
