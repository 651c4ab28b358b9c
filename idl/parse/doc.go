// Package parse turns the tokens of one translation unit into syntax
// (package ast). It is a recursive descent parser written by hand.
//
// A fault is reported once, where it is: the parser then skips to a place
// where it knows its way again (the end of the statement, or of the block
// around it) and goes on, so that one run reports all faults of a file. A
// missing semicolon is reported after the token that it should follow, and
// nothing is skipped.
//
// Nesting of brackets, blocks, declarators and expressions is bounded by
// [MaxDepth], because every level is a level of the parser's own calls.
package parse
