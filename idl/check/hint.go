package check

import (
	"oxid/idl/ast"
	"oxid/idl/diag"
	"oxid/idl/tree"
)

// unknownType reports a name that nothing declares, once for each file and
// name, and says where it might come from.
func (c *checker) unknownType(x *scope, s *ast.Spec) tree.Type {
	c.unknown(x, typeSpace, s.Name, "type")
	return tree.Invalid{}
}

// unknown reports a name that nothing declares. The first that fits is said: the
// standard file that has it, that it is a constant, a name that is near.
func (c *checker) unknown(x *scope, s space, n ast.Name, what string) {
	x.m.unresolved = true
	key := what + " " + n.Text
	if x.m.reported[key] {
		return
	}
	x.m.reported[key] = true
	d := x.m.list.Errorf(n.Pos, len(n.Text), "unknown %s %s", what, n.Text)
	d.Unresolved = n.Text
	if file := standardFile[n.Text]; file != "" {
		d.Fix("add import %q;", file)
		return
	}
	if s != valueSpace && x.lookup(valueSpace, n.Text) != nil {
		d.Fix("%s is a constant", n.Text)
		return
	}
	if near := c.similar(x, s, n.Text); near != "" {
		d.Fix("did you mean %s?", near)
	}
}

// similar returns a visible name that resembles name, or "".
func (c *checker) similar(x *scope, s space, name string) string {
	if x.m.list.Full() {
		return "" // nobody will read it
	}
	var names []string
	for i := len(x.m.closure) - 1; i >= 0; i-- {
		for n := range x.m.closure[i].in(s) {
			// Names of very different lengths are no slips; leaving them out early
			// keeps this cheap among tens of thousands.
			if abs(len(n)-len(name)) < 3 {
				names = append(names, n)
			}
		}
	}
	if s == typeSpace {
		names = append(names, "long", "short", "hyper", "boolean", "byte", "char", "wchar_t", "double", "float", "small", "handle_t", "error_status_t")
	}
	return nearest(name, names)
}

// nearest makes the choice independent of the order of a map.
func nearest(name string, names []string) string {
	best := ""
	for _, n := range names {
		if diag.Nearest(name, []string{n}) == "" {
			continue
		}
		if best == "" || diag.Nearest(name, []string{best, n}) == n && diag.Nearest(name, []string{n, best}) == n ||
			diag.Nearest(name, []string{best, n}) != diag.Nearest(name, []string{n, best}) && n < best {
			best = n
		}
	}
	return best
}

// abs returns the distance of n from 0.
func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}

// standardFile tells which of the usual files declares a name.
var standardFile = func() map[string]string {
	out := map[string]string{}
	for file, names := range map[string][]string{
		"wtypes.idl": {"BYTE", "WORD", "DWORD", "BOOL", "INT", "UINT", "LONG", "ULONG", "SHORT", "USHORT", "UCHAR", "CHAR", "WCHAR", "FLOAT",
			"DOUBLE", "BOOLEAN", "HRESULT", "SCODE", "GUID", "IID", "CLSID", "REFIID", "REFCLSID", "REFGUID", "UUID", "OLECHAR", "LPOLESTR", "LPCOLESTR",
			"LPSTR", "LPCSTR", "LPWSTR", "LPCWSTR", "BSTR", "VARTYPE", "VARIANT_BOOL", "CY", "DATE", "DECIMAL", "BLOB", "FILETIME",
			"SYSTEMTIME", "LARGE_INTEGER", "ULARGE_INTEGER", "HWND", "HANDLE", "HDC", "COLORREF", "RECT", "POINT", "SIZE", "LCID",
			"LONGLONG", "ULONGLONG", "DWORDLONG", "INT_PTR", "UINT_PTR", "LONG_PTR", "ULONG_PTR", "DWORD_PTR", "SIZE_T", "INT64", "UINT64",
			"INT32", "UINT32", "INT16", "UINT16", "INT8", "UINT8", "UINT8", "PVOID", "LPVOID", "LPDWORD", "CLIPFORMAT"},
		"unknwn.idl": {"IUnknown", "LPUNKNOWN", "IClassFactory"},
		"objidl.idl": {"IStream", "ISequentialStream", "IMoniker", "IBindCtx", "IPersist", "IPersistStream", "IEnumUnknown", "IEnumString",
			"IDataObject", "FORMATETC", "STGMEDIUM", "STATSTG", "IMarshal", "IMalloc", "IAdviseSink", "ILockBytes"},
		"ms-dtyp.idl": {"NTSTATUS", "NET_API_STATUS", "RPC_SID", "PRPC_SID", "RPC_UNICODE_STRING", "PRPC_UNICODE_STRING", "LUID",
			"SECURITY_INFORMATION", "ACCESS_MASK", "UNICODE_STRING", "SECURITY_DESCRIPTOR"},
		"oaidl.idl": {"IDispatch", "VARIANT", "SAFEARRAY", "LPSAFEARRAY", "DISPPARAMS", "EXCEPINFO", "ITypeInfo", "ITypeLib", "DISPID", "MEMBERID",
			"IEnumVARIANT", "IErrorInfo", "ISupportErrorInfo", "VARIANTARG", "IRecordInfo"},
		"ocidl.idl": {"IConnectionPoint", "IConnectionPointContainer", "IEnumConnections", "IEnumConnectionPoints", "IProvideClassInfo",
			"IPersistStreamInit", "CONNECTDATA", "IClassFactory2", "IPersistPropertyBag", "IPropertyBag"},
	} {
		for _, n := range names {
			out[n] = file
		}
	}
	return out
}()
