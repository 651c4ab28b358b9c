// Package scan cuts the text of a file into tokens. It knows lines, comments,
// literals and punctuators; directives and macros are the preprocessor's
// business. Every byte of the input is looked at once, no token copies text
// unless a line splice runs through it, and no input makes it fail: what is
// no token becomes one of kind Other, with an error.
package scan
