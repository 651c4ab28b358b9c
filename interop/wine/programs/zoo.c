/* zoo <port>: serves the operations of zoo.idl and answers each with a call of
 * the same operation at the server on 127.0.0.1:<port>. So a value passes
 * through a server stub and a client stub of this machine's RPC runtime, in
 * both directions, and who sent it can compare what comes out.
 *
 * It prints "port <n>" when it listens, and ends when its input does. */
#include <windows.h>
#include <stdio.h>
#include <stdlib.h>
#include "zoo.h"

void __RPC_FAR *__RPC_USER midl_user_allocate(SIZE_T n) { return calloc(1, n ? n : 1); }
void __RPC_USER midl_user_free(void __RPC_FAR *p) { free(p); }

/* Results start as zeros: a client stub reuses what the pointers in them lead to. */
#define ZERO(p) memset(p, 0, sizeof *(p))

void SRV_Scalars(boolean a, byte b, char c, small d, short e, LONG f, hyper g, float h, double i, wchar_t j, COLOR k, WIDE l,
    unsigned short m, ULONG n, MIDL_uhyper o, boolean *ra, byte *rb, char *rc, small *rd, short *re, LONG *rf, hyper *rg, float *rh,
    double *ri, wchar_t *rj, COLOR *rk, WIDE *rl, unsigned short *rm, ULONG *rn, MIDL_uhyper *ro)
{
    Scalars(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, ra, rb, rc, rd, re, rf, rg, rh, ri, rj, rk, rl, rm, rn, ro);
}

#define PASS(name, in, out) void SRV_##name(in *v, out *r) { ZERO(r); name(v, r); }
PASS(Numbers, NUMBERS, NUMBERS)
PASS(ShortEnums, SHORTENUMS, SHORTENUMS)
PASS(Sized, SIZED, SIZED)
PASS(Padded, PADDED, PADDED)
PASS(Gaps, GAPS, GAPS)
PASS(Pointers, POINTERS, POINTERS)
PASS(Refs, REFS, REFS)
PASS(Fixed, FIELDS, FIELDS)
PASS(Nodes, NODE, NODE)
PASS(Trees, TREE, TREEP)
PASS(Counted, COUNTED, COUNTED)
PASS(Vary, VARY, VARY)
PASS(Boxes, BOXES, BOXES)
PASS(Encap, ENCAP, ENCAP)
PASS(Tagged, TAGGED, TAGGED)
PASS(WideTag, WIDETAG, WIDETAG)
PASS(Noted, NOTED, NOTED)
PASS(Ring, RING, RING)

void SRV_Conf(CONF *v, CONFHYPER *w, CONFVARY *x, CONFSTR *y, CONFNODES *z, BOXES *r) { ZERO(r); Conf(v, w, x, y, z, r); }
void SRV_Nested(NESTCONF *v, LONG *n) { Nested(v, n); }
void SRV_Note(LONG tag, NOTE *u, ENCAP *r) { ZERO(r); Note(tag, u, r); }
void SRV_Union(short tag, CHOICE *u, ENCAP *r) { ZERO(r); Union(tag, u, r); }

void SRV_Uniques(LONG *a, NODE *b, wchar_t *c, GUID *d, hyper *e, LONG *f, INNER *g) { Uniques(a, b, c, d, e, f, g); }
void SRV_Strings(const wchar_t *a, const char *b, const wchar_t *c, TEXT *ra, ASCII *rb) { ZERO(ra); ZERO(rb); Strings(a, b, c, ra, rb); }
void SRV_Names(ULONG n, const wchar_t **names, NAMES *r) { ZERO(r); Names(n, names, r); }

void SRV_Arrays(LONG n, short a[], hyper b[], short ra[], hyper rb[]) { Arrays(n, a, b, ra, rb); }
void SRV_Late(NODE *a, unsigned short n, NODES *r) { ZERO(r); Late(a, n, r); }
void SRV_Steady(LONG a[5], LONG r[5], GUID ids[2], INNER rs[3]) { Steady(a, r, ids, rs); }
void SRV_Varying(LONG len, short a[10], LONG *rlen, short ra[10]) { Varying(len, a, rlen, ra); }
void SRV_ConfVarying(LONG max, LONG len, LONG *a, LONG *rlen, LONG *ra) { ConfVarying(max, len, a, rlen, ra); }
void SRV_Matrix(LONG n, double m[][3], double r[][3]) { Matrix(n, m, r); }
void SRV_Wides(LONG n, WIDE *a, GUID *b, WIDE *ra, GUID *rb) { Wides(n, a, b, ra, rb); }
void SRV_Blocks(LONG n, FIELDS *a, FIELDS *r) { Blocks(n, a, r); }
void SRV_Total(LONG n, LONG m, float *a, float *r) { Total(n, m, a, r); }
void SRV_Masked(ULONG n, byte *a, byte *r) { Masked(n, a, r); }
void SRV_Pointed(ULONG n, LONG *a, LONG *r) { Pointed(n, a, r); }
void SRV_Shifted(ULONG n, byte *a, byte *r) { Shifted(n, a, r); }
void SRV_InOut(LONG n, double *a) { InOut(n, a); }
void SRV_Limits(LONG a, unsigned short b, LONG *ra) { Limits(a, b, ra); }
void SRV_Pairs(PAIR p, PAIR *r) { Pairs(p, r); }

/* A PAIR is one number in memory and two on the wire. */
static ULONG pair_end(ULONG at) { return ((at + 1) & ~1u) + 4; }
ULONG __RPC_USER PAIR_UserSize(ULONG *flags, ULONG at, PAIR *p) { return pair_end(at); }
unsigned char *__RPC_USER PAIR_UserMarshal(ULONG *flags, unsigned char *b, PAIR *p)
{
    short *s = (short *)(((ULONG_PTR)b + 1) & ~(ULONG_PTR)1);
    s[0] = (short)*p; s[1] = (short)(*p >> 16);
    return (unsigned char *)(s + 2);
}
unsigned char *__RPC_USER PAIR_UserUnmarshal(ULONG *flags, unsigned char *b, PAIR *p)
{
    unsigned short *s = (unsigned short *)(((ULONG_PTR)b + 1) & ~(ULONG_PTR)1);
    *p = s[0] | (LONG)s[1] << 16;
    return (unsigned char *)(s + 2);
}
void __RPC_USER PAIR_UserFree(ULONG *flags, PAIR *p) {}

/* The context handle of this server is the client's of the other. */
error_status_t SRV_Open(const wchar_t *name, CAGE *cage) { *cage = NULL; return Open(name, cage); }
error_status_t SRV_Visit(CAGE cage, LONG *n) { return Visit(cage, n); }
error_status_t SRV_Close(CAGE *cage) { return Close(cage); }
void __RPC_USER CAGE_rundown(CAGE cage) { Close(&cage); printf("rundown\n"); fflush(stdout); }

HRESULT SRV_Fails(HRESULT how, LONG *n) { return Fails(how, n); }
hyper SRV_Sum(LONG a, hyper b) { return Sum(a, b); }
void SRV_Nothing(void) { Nothing(); }

static int failed(const char *what, LONG st) { fprintf(stderr, "%s: %ld\n", what, (long)st); return 1; }

int main(int argc, char **argv)
{
    RPC_CSTR text, port; RPC_BINDING_VECTOR *own; RPC_STATUS st; char c;
    if (argc != 2) return 2;
    if ((st = RpcStringBindingComposeA(NULL, (RPC_CSTR)"ncacn_ip_tcp", (RPC_CSTR)"127.0.0.1", (RPC_CSTR)argv[1], NULL, &text)) ||
        (st = RpcBindingFromStringBindingA(text, &zoo_binding))) return failed("binding", st);
    if ((st = RpcServerUseProtseqA((RPC_CSTR)"ncacn_ip_tcp", 20, NULL))) return failed("RpcServerUseProtseq", st);
    if ((st = RpcServerRegisterIf(SRV_Zoo_v1_3_s_ifspec, NULL, NULL))) return failed("RpcServerRegisterIf", st);
    if ((st = RpcServerListen(1, 20, TRUE))) return failed("RpcServerListen", st);
    if ((st = RpcServerInqBindings(&own))) return failed("RpcServerInqBindings", st);
    if ((st = RpcBindingToStringBindingA(own->BindingH[0], &text)) ||
        (st = RpcStringBindingParseA(text, NULL, NULL, NULL, &port, NULL))) return failed("own binding", st);
    printf("port %s\n", (char *)port); fflush(stdout);
    while (fread(&c, 1, 1, stdin) == 1) {}
    ExitProcess(0);
}
