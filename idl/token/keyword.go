package token

// Keyword tells the words apart that the parser knows. Attribute names are
// none of them: they mean something inside brackets only.
type Keyword uint8

// The keywords.
const (
	NotKeyword Keyword = iota
	KwBoolean
	KwByte
	KwCase
	KwChar
	KwCoclass
	KwConst
	KwCppQuote
	KwDefault
	KwDispinterface
	KwDouble
	KwEnum
	KwErrorStatus
	KwExtern
	KwFalse
	KwFloat
	KwHandle
	KwHyper
	KwImport
	KwImportlib
	KwInline
	KwInt
	KwInt128
	KwInt16
	KwInt32
	KwInt3264
	KwInt64
	KwInt8
	KwInterface
	KwLibrary
	KwLong
	KwMethods
	KwMidlPragma
	KwModule
	KwNamespace
	KwNull
	KwPipe
	KwProperties
	KwRegister
	KwRequires
	KwSafearray
	KwShort
	KwSigned
	KwSizeof
	KwSmall
	KwStatic
	KwStruct
	KwSwitch
	KwTrue
	KwTypedef
	KwUnion
	KwUnsigned
	KwVoid
	KwVolatile
	KwWchar
	// Words of the Windows Runtime.
	KwApicontract
	KwAttribute
	KwDeclare
	KwDelegate
	KwRuntimeclass
	// Words that say something to a C compiler only.
	KwCallConv // __stdcall and its relatives
	KwDeclspec // __declspec, __attribute__: skipped with the brackets behind
	KwModifier // far, near, __unaligned, __restrict: skipped
)

// Lookup returns the keyword that s is, or NotKeyword.
func Lookup(s string) Keyword {
	// The compiler turns this into a search by length and content, faster than a map.
	switch s {
	case "boolean":
		return KwBoolean
	case "byte":
		return KwByte
	case "case":
		return KwCase
	case "char":
		return KwChar
	case "coclass":
		return KwCoclass
	case "const", "__const":
		return KwConst
	case "cpp_quote":
		return KwCppQuote
	case "default":
		return KwDefault
	case "dispinterface":
		return KwDispinterface
	case "double":
		return KwDouble
	case "enum":
		return KwEnum
	case "error_status_t":
		return KwErrorStatus
	case "extern":
		return KwExtern
	case "FALSE", "false":
		return KwFalse
	case "float":
		return KwFloat
	case "handle_t":
		return KwHandle
	case "hyper":
		return KwHyper
	case "import":
		return KwImport
	case "importlib":
		return KwImportlib
	case "inline", "__inline", "__forceinline":
		return KwInline
	case "int":
		return KwInt
	case "__int128", "__m128":
		return KwInt128
	case "__int16", "_int16":
		return KwInt16
	case "__int32", "_int32":
		return KwInt32
	case "__int3264":
		return KwInt3264
	case "__int64", "_int64":
		return KwInt64
	case "__int8", "_int8":
		return KwInt8
	case "interface":
		return KwInterface
	case "library":
		return KwLibrary
	case "long":
		return KwLong
	case "methods":
		return KwMethods
	case "midl_pragma", "pragma":
		return KwMidlPragma
	case "module":
		return KwModule
	case "namespace":
		return KwNamespace
	case "NULL", "nullptr":
		return KwNull
	case "pipe":
		return KwPipe
	case "properties":
		return KwProperties
	case "register":
		return KwRegister
	case "requires":
		return KwRequires
	case "SAFEARRAY", "safearray":
		return KwSafearray
	case "short":
		return KwShort
	case "signed", "__signed":
		return KwSigned
	case "sizeof":
		return KwSizeof
	case "small":
		return KwSmall
	case "static":
		return KwStatic
	case "struct":
		return KwStruct
	case "switch":
		return KwSwitch
	case "TRUE", "true":
		return KwTrue
	case "typedef":
		return KwTypedef
	case "union":
		return KwUnion
	case "unsigned":
		return KwUnsigned
	case "void":
		return KwVoid
	case "volatile", "__volatile":
		return KwVolatile
	case "wchar_t", "__wchar_t":
		return KwWchar
	case "apicontract":
		return KwApicontract
	case "attribute":
		return KwAttribute
	case "declare":
		return KwDeclare
	case "delegate":
		return KwDelegate
	case "runtimeclass":
		return KwRuntimeclass
	case "__stdcall", "_stdcall", "stdcall", "__cdecl", "_cdecl", "cdecl", "__fastcall", "_fastcall",
		"__pascal", "_pascal", "pascal", "__thiscall", "__vectorcall", "__clrcall",
		"STDMETHODCALLTYPE", "WINAPI", "APIENTRY", "CALLBACK", "PASCAL", "RPC_ENTRY", "__RPC_API",
		"__RPC_USER", "__RPC_STUB", "STDAPICALLTYPE", "STDMETHODVCALLTYPE", "WINAPIV":
		return KwCallConv
	case "__declspec", "_declspec", "__attribute__":
		return KwDeclspec
	case "far", "__far", "_far", "near", "__near", "_near", "__unaligned", "_unaligned", "__restrict",
		"__ptr32", "__ptr64", "__huge", "__w64", "FAR", "NEAR", "UNALIGNED", "__RPC_FAR", "RPC_FAR":
		return KwModifier
	}
	return NotKeyword
}
