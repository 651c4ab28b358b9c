/* What widl's proxies take the address of, and this compiler's headers lack. */
#include <windows.h>
#include <unknwn.h>
HRESULT STDMETHODCALLTYPE IUnknown_QueryInterface_Proxy(IUnknown *, REFIID, void **);
ULONG STDMETHODCALLTYPE IUnknown_AddRef_Proxy(IUnknown *);
ULONG STDMETHODCALLTYPE IUnknown_Release_Proxy(IUnknown *);
