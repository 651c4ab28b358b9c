// Package automation has the values of automation in Go and their wire forms
// ([MS-OAUT] 2.2): VARIANT, SAFEARRAY, BSTR, CURRENCY, DATE and DECIMAL; and the
// interfaces that are made of them, IDispatch and IEnumVARIANT.
//
// In generated code a BSTR is a string, a SAFEARRAY(T) a [SAFEARRAY], a
// VARIANT_BOOL a bool and an SCODE a com.HRESULT, so that
//
//	HRESULT Run([in] BSTR name, [in] VARIANT params, [out, retval] BSTR *result);
//
// is
//
//	Run(ctx context.Context, name string, params automation.VARIANT) (result string, err error)
//
// # Values
//
// [Of] and [New] make a [VARIANT] of a Go value, Value makes a Go value of it, and
// its other methods say what they want: Int, Text, Array. [Ref] makes one by
// reference, through which a callee of Invoke hands values back. [Vector] and
// [NewArray] make arrays, [Elems] their slices.
//
// # How a value passes through
//
// Generated code calls the methods that it calls on any structure. EncodeNDR
// writes the pointer to a value, EncodeDeferredNDR all the rest at once, for what
// is in a VARIANT follows it immediately; codec.go does that for VARIANTs,
// safearray_codec.go for arrays, bstr.go for text. Everything is little-endian
// whatever the message is, but for references to objects inside. The decoder
// marks pointers in the first step ([ndr.Decoder.Mark]) and reads values in the
// second one.
//
// A call of IDispatch.Invoke is generated code for what travels, RemoteInvoke,
// and dispatch_call.go for what people see: it takes the arguments by reference
// out and puts them back, and turns EXCEPINFO into an error and an error into
// EXCEPINFO.
//
// # Limitations
//
// Structures (VT_RECORD) do not travel: their form depends on a type library.
// Elements of received arrays of BSTR are text: NULL is the empty one, and what is
// no UTF-16 becomes U+FFFD. A VT_BSTR by reference is text as well. Type
// information has no package yet: GetTypeInfo returns what one describes that is
// linked in. Nothing here finds members by name, coerces arguments, or serves
// Invoke from a vtable.
package automation
