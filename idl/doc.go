// Package idl is the front end of the interface definition compiler: it reads
// IDL as MIDL and widl accept it and says what the files mean, or what is
// wrong with them. It has no command line and prints no Go; package gen and
// the oxid command build on it.
//
// # How a file passes through it
//
//	source  finds files and turns offsets into lines
//	scan    cuts text into tokens (package token)
//	pp      is the C preprocessor: one stream of tokens for a file and what it includes
//	parse   makes syntax of tokens (package ast), by recursive descent
//	attr    is the table of attributes that parse and check share
//	check   resolves names across imports and binds attributes to types
//	tree    is the result; its doc.go tells how to walk it
//	diag    holds and prints messages
//	print   writes the checked description as normalised IDL or as JSON
//	std     embeds the standard files that everybody imports
//
// A [Compiler] checks any number of files in one process and shares what they
// import. [Run] is the same for a command: it writes the messages as it goes.
//
// # Limitations
//
// ACF files are not read. Constructs of the Windows Runtime are parsed and
// resolved by name, and marked as such. importlib names are kept, the type
// libraries behind them are not read; for stdole2.tlb stands a standard file.
package idl
