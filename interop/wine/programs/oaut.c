/* Reads values in their wire form and writes them again, by the functions that
 * Wine's proxies and stubs call for [wire_marshal] types. A line of input is the
 * name of a type and the bytes in hexadecimal. The answer is a number that tells
 * what was read, and the bytes that were written. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#define COBJMACROS
#include <windows.h>
#include <oleauto.h>
#include <objidl.h>

static unsigned char in[1 << 16], out[1 << 16];

static void unhex(const char *s, size_t n)
{
    unsigned v;
    for (; n < sizeof in && sscanf(s, "%2x", &v) == 1; s += 2)
        in[n++] = v;
}

static void print(unsigned number, const unsigned char *end)
{
    const unsigned char *p;
    printf("%x ", number);
    for (p = out; p < end; p++)
        printf("%02x", *p);
    printf("\n");
    fflush(stdout);
}

int main(void)
{
    static char line[1 << 17];
    /* The context in the low word, little-endian data in the high one. */
    ULONG flags = MSHCTX_DIFFERENTMACHINE | (0x10 << 16);

    CoInitializeEx(NULL, COINIT_MULTITHREADED);
    while (fgets(line, sizeof line, stdin)) {
        char *kind = strtok(line, " \n"), *hex = strtok(NULL, " \n");
        memset(in, 0, sizeof in);
        memset(out, 0, sizeof out);
        if (!kind)
            continue;
        if (hex)
            unhex(hex, strcmp(kind, "array") ? 0 : 4);
        if (!strcmp(kind, "variant")) {
            VARIANT v;
            memset(&v, 0, sizeof v);
            VARIANT_UserUnmarshal(&flags, in, &v);
            print(V_VT(&v), VARIANT_UserMarshal(&flags, out, &v));
        } else if (!strcmp(kind, "array")) {
            SAFEARRAY *a = NULL;
            LPSAFEARRAY_UserUnmarshal(&flags, in + 4, &a);
            LONG first = 0; /* index; arrays begin in the middle of 8 bytes */
            if (a)
                SafeArrayGetLBound(a, 1, &first);
            print(first, LPSAFEARRAY_UserMarshal(&flags, out + 4, &a));
        } else if (!strcmp(kind, "bstr")) {
            BSTR s = NULL;
            BSTR_UserUnmarshal(&flags, in, &s);
            print(s ? SysStringByteLen(s) : 0xffffffff, BSTR_UserMarshal(&flags, out, &s));
        } else if (!strcmp(kind, "format")) {
            CLIPFORMAT f = 0;
            CLIPFORMAT_UserUnmarshal(&flags, in, &f);
            print(f < 0xc000 ? f : 0xc000, CLIPFORMAT_UserMarshal(&flags, out, &f));
        } else if (!strcmp(kind, "medium")) {
            STGMEDIUM m;
            memset(&m, 0, sizeof m);
            STGMEDIUM_UserUnmarshal(&flags, in, &m);
            print(m.tymed, STGMEDIUM_UserMarshal(&flags, out, &m));
        } else {
            printf("?\n");
            fflush(stdout);
        }
    }
    return 0;
}
