// Package check finds out what parsed files mean: it resolves names across
// imports, builds types, evaluates constants, binds attributes to what they
// change and numbers methods. Its result is package tree.
//
// # How a file passes through it
//
// A [Session] parses every file once and checks it in two passes: the first
// enters all names that the file declares, the second fills in what they
// mean, on demand where one declaration needs another. So the order of
// declarations does not matter, and files may import each other in a circle;
// MIDL is stricter, and what it would refuse is warned of.
//
// A file is checked by itself, with what it imports, and the result is shared
// by everybody who imports it: hundreds of files cost little more than their
// own text. Files that rely on names which their importer happened to declare
// before are found by their unresolved names, and are checked anew in the
// company of the file that imports them.
//
// # Limitations
//
// Constructs of the Windows Runtime are resolved by name only. ACF files are
// not read; their attributes are taken where MIDL's /app_config takes them.
package check
