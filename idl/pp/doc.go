// Package pp is the C preprocessor as IDL files use it: macros with and
// without arguments, # and ##, conditional groups, #include, #pragma, #error,
// #line and the predefined names. It turns one file and what that includes
// into one stream of tokens, which the parser pulls.
//
// An imported file (as opposed to an included one) is preprocessed by itself:
// it sees the predefined names and those of -D, never the importer's macros,
// as MIDL does it.
//
// Input is hostile: the depth of inclusion, the number of bytes included and
// the number of tokens that macros produce are bounded; after such an error
// the stream ends ([Preprocessor.Dead]).
//
// # Limitations
//
// No trigraphs, no _Pragma. __DATE__ and __TIME__ are fixed, so that the same
// input always means the same.
package pp
