// Package ast is the syntax of IDL: what stands in a file, before anybody asks
// what it means. Names are not resolved and types not built, so that a file's
// tree depends on the file, what it includes and the -D definitions alone and
// can be shared by everything that imports it.
//
// A tree is immutable once the parser has returned it.
package ast
