// Package arch holds no code: its test watches over the architecture. It says
// which room may import which, so that a layer knows only the ones below it,
// and that the core needs nothing but the standard library and golang.org/x.
//
// # Limitations
//
// Tests may import what they like; only the production code of a package
// counts, as seen with the build tags of the machine that runs the test.
package arch
