// Command idl judges the IDL compiler by the interface definitions that Wine
// describes Windows' interfaces with: 305 files, 150,000 lines, written for
// another compiler by many hands. Debian has them in libwine-dev.
//
//	go run ./interop/idl                    everything; six minutes of CPU
//	go run ./interop/idl -optimize=false    the same, built without optimizing: three
//	go run ./interop/idl -build=false       types are checked instead of building: twenty seconds
//	go run ./interop/idl -json > report.json
//	go run ./interop/idl -dir DIR -I DIR -widl /usr/bin/widl-stable
//
// # How a file passes through it
//
//	corpus.go      finds the files
//	widl.go        asks Wine's compiler what it thinks of each
//	judge.go       checks each by itself, with what it imports, and generates all that are accepted
//	expect.go      walks the checked tree: which interfaces and operations travel, which are carved out and why
//	found.go       walks the generated Go: which interfaces and operations are there
//	compare.go     compares the two
//	build.go       builds and vets the generated packages in a module of their own
//	report.go      prints
//
// What the generator says about itself is not believed: the operations that
// have to be there are counted in the tree by their numbers, those that are
// there in the syntax of the Go code, on the proxy's side and on the stub's.
//
// The exit code is 1 when a file is refused that widl accepts, when an
// interface or an operation that travels is missing without being carved out,
// or when something does not build or vet.
//
// # What is carved out
//
//   - Constructs of the Windows Runtime: parsed, not generated.
//   - [local] interfaces and methods: types without proxy.
//   - [nocode] methods, which keep their numbers and have no code.
//   - Interfaces without a uuid, which nobody could ask for.
//   - Methods that no marshaler could carry; each says why.
//
// # Limitations
//
// widl's verdict is its exit code when it makes a header.
package main
