// Package diag holds what the compiler has to say about its input, and prints
// it: as text with the source line and a caret for people, as JSON lines for
// editors. The compiler's stages add to a [List] in whatever order they find
// things; [List.Sorted] has them in the order of the source.
package diag
