// Package tree is the checked description: what an IDL file means, with every
// name resolved, every constant evaluated and every attribute bound to the
// type that it changes. Generators and printers read it; only package check
// makes it. A tree is immutable once the compiler has returned it and may be
// read by several goroutines.
//
// # How to walk it
//
// A [Program] has Roots (the files asked for) and Files (those and all they
// import, each once, imported before importing). Files that import each other
// in a circle form one group of [Program.Groups], which must become one Go
// package. A [File] has Decls in source order; declarations of imported files
// are never repeated, a named type tells its origin by its Head.File.
//
//	for _, f := range prog.Roots {
//		for d := range f.AllDecls() {            // enters libraries and namespaces
//			switch d := d.(type) {
//			case *tree.Interface:                // methods, and types declared in its body
//			case *tree.Alias, *tree.Struct, *tree.Union, *tree.Enum:
//			case *tree.Const, *tree.Coclass, *tree.Dispinterface, *tree.Module:
//			case *tree.WinRT:                    // parsed and named, never generated
//			}
//		}
//	}
//
// # Methods
//
// [Interface].Methods holds the interface's own methods in vtable order; those
// of Base come first on the wire. A method that travels has OnWire true and an
// Op. A [local] method keeps its vtable slot; if a [call_as] method stands in
// for it, Remote points there, and that method has the local one's Op and
// points back with CallAs. Callbacks are numbered apart, from 0, in
// Interface.Callbacks. Problem says why a method that should travel cannot.
//
// # Types of parameters and fields
//
// [Param].Type and [Field].Type are effective types: attributes and position
// are already folded in, so that encoding needs only a walk down the type:
//
//   - [Basic], [Enum], [Struct], [Union] (encapsulated), [Alias]: as they are.
//     An Alias with Xmit set is marshaled as Xmit.Type says; of any other
//     Alias the Target is walked. Aliases of pointers, arrays and unions are
//     opened, because their meaning depends on where they stand; the opened
//     node remembers the alias in its field Alias.
//   - [Pointer]: Kind is final: top-level parameters are [ref] unless told
//     otherwise, what is embedded follows pointer_default, unique when absent
//     ([MS-RPCE] 2.2.4.9). A top-level ref pointer has no representation.
//   - [Array]: one node for all dimensions of one declarator, Dims outermost
//     first. `[size_is(n)] T *p` is a Pointer to an Array with one dimension;
//     `[size_is(n)] T p[]` as a parameter is a bare Array.
//   - [SwitchedUnion]: a non-encapsulated union with its switch_is expression.
//   - [InterfacePtr]: IFoo*, void* with iid_is; always a unique pointer on the wire.
//   - [SafeArray]: where LPSAFEARRAY of oaidl.idl is known, it is the Target of
//     an Alias called SAFEARRAY, which is marshaled like LPSAFEARRAY.
//   - [ContextHandle], [Pipe], [Func], [Opaque]: what they say.
//
// Param.Declared and Field.Declared keep the type as it was written.
//
// # Expressions
//
// size_is and its relatives are [Expr] trees over [ParamRef] and [FieldRef].
// They are normalised: max_is(e) arrives as Size = e+1, last_is(l) as
// Length = l-first+1. [Const].Value and the values of enum members are
// evaluated.
//
// # Layout
//
// Every type answers Wire(NDR20) and Wire(NDR64): size of the fixed part and
// alignment; see [Layout].
//
// # Limitations
//
// WinRT constructs are kept by name and kind only. Type libraries named by
// importlib are not read. Sizes of C (sizeof) are those of a 64-bit target.
package tree
