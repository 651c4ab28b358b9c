#ifndef CAPI_H
#define CAPI_H
#include "guarded.h"
#ifdef __cplusplus
extern "C" {
#endif
typedef int (__stdcall *COMPARE)(const void *a, const void *b);
typedef void (*PLAIN)(void);
typedef struct tagOPS { COMPARE cmp; PLAIN done; unsigned int flags : 3; unsigned int : 0; unsigned int more : 5; } OPS;
extern int global;
extern const char *names[];
int __cdecl printf_like(const char *format, ...);
__declspec(dllimport) void __stdcall Imported(int);
static __inline int twice(int x) { return x + x; }
#ifdef __cplusplus
}
#endif
#endif
