/* arith server               serves an object through Wine's stub manager
 * arith client <port> <hex>  uses the object of a packet through Wine's proxy
 *                            manager; its exporter is at 127.0.0.1:<port>
 *
 * Wine reaches an exporter by a named pipe whose name is made of the OXID.
 * A server of this program joins its own pipe to a TCP port of the system's
 * choice; a client makes the pipe of the packet's OXID and joins it to <port>.
 *
 * The server prints "port <n>" and "packet <hex>", then for each line of its
 * input the object's reference count. Both end when their input does. */
#include <winsock2.h>
#include <windows.h>
#include <ole2.h>
#include <stdio.h>
#include <stdlib.h>
#include "arith.h"

static void say(const char *format, ...)
{
    va_list a;
    va_start(a, format); vprintf(format, a); va_end(a);
    fflush(stdout);
}

static void die(const char *what, long code) { say("%s failed: %08lx\n", what, code); ExitProcess(1); }

/* ---- the way between a pipe and TCP ---- */

static WCHAR pipe_name[100];

struct joint { HANDLE pipe; SOCKET sock; LONG users; };

static void leave(struct joint *j)
{
    if (InterlockedDecrement(&j->users)) return;
    closesocket(j->sock); CloseHandle(j->pipe); free(j);
}

/* One transfer on the pipe; both directions are used at the same time. */
static BOOL transfer(struct joint *j, BOOL out, char *b, DWORD n, DWORD *done)
{
    OVERLAPPED o = { 0 }; BOOL ok; DWORD err = 0;
    o.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
    ok = out ? WriteFile(j->pipe, b, n, done, &o) : ReadFile(j->pipe, b, n, done, &o);
    if (!ok) {
        err = GetLastError();
        if (err == ERROR_IO_PENDING || err == ERROR_MORE_DATA) { ok = GetOverlappedResult(j->pipe, &o, done, TRUE); err = ok ? 0 : GetLastError(); }
    }
    CloseHandle(o.hEvent);
    return ok || err == ERROR_MORE_DATA;
}

static DWORD WINAPI to_sock(void *arg)
{
    struct joint *j = arg; char b[8192]; DWORD n;
    while (transfer(j, FALSE, b, sizeof b, &n)) if (n && send(j->sock, b, n, 0) != (int)n) break;
    shutdown(j->sock, SD_SEND);
    leave(j);
    return 0;
}

static BOOL take(SOCKET s, char *b, int n)
{
    int r;
    for (; n > 0; b += r, n -= r) if ((r = recv(s, b, n, 0)) <= 0) return FALSE;
    return TRUE;
}

/* Wine's pipes have messages: each is one PDU. */
static DWORD WINAPI to_pipe(void *arg)
{
    struct joint *j = arg; static const int header = 16; char *b = malloc(65536); DWORD n, done;
    while (take(j->sock, b, header)) {
        n = (unsigned char)b[8] | (unsigned char)b[9] << 8;
        if (n < header || !take(j->sock, b + header, n - header) || !transfer(j, TRUE, b, n, &done)) break;
    }
    CancelIoEx(j->pipe, NULL);
    shutdown(j->sock, SD_BOTH);
    free(b);
    leave(j);
    return 0;
}

static void join(HANDLE pipe, SOCKET sock)
{
    struct joint *j = malloc(sizeof *j);
    j->pipe = pipe; j->sock = sock; j->users = 2;
    CloseHandle(CreateThread(NULL, 0, to_sock, j, 0, NULL));
    CloseHandle(CreateThread(NULL, 0, to_pipe, j, 0, NULL));
}

static struct sockaddr_in loopback(int port)
{
    struct sockaddr_in a = { 0 };
    a.sin_family = AF_INET; a.sin_port = htons(port); a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return a;
}

/* Every connection to the TCP port becomes one to the pipe. */
static DWORD WINAPI serve_port(void *arg)
{
    SOCKET l = (SOCKET)arg, s; HANDLE p; DWORD mode = PIPE_READMODE_MESSAGE;
    while ((s = accept(l, NULL, NULL)) != INVALID_SOCKET) {
        while ((p = CreateFileW(pipe_name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, FILE_FLAG_OVERLAPPED, NULL)) == INVALID_HANDLE_VALUE &&
               GetLastError() == ERROR_PIPE_BUSY) WaitNamedPipeW(pipe_name, 1000);
        if (p == INVALID_HANDLE_VALUE) { fprintf(stderr, "pipe: %lu\n", GetLastError()); closesocket(s); continue; }
        SetNamedPipeHandleState(p, &mode, NULL, NULL);
        join(p, s);
    }
    return 0;
}

static HANDLE new_pipe(void)
{
    HANDLE p = CreateNamedPipeW(pipe_name, PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED, PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE,
                                PIPE_UNLIMITED_INSTANCES, 65536, 65536, 5000, NULL);
    if (p == INVALID_HANDLE_VALUE) die("CreateNamedPipe", GetLastError());
    return p;
}

struct inlet { HANDLE first; int port; };

/* Every connection to the pipe becomes one to the TCP port. */
static DWORD WINAPI serve_pipe(void *arg)
{
    struct inlet *in = arg; HANDLE p;
    for (p = in->first;; p = new_pipe()) {
        struct sockaddr_in a = loopback(in->port); SOCKET s; OVERLAPPED o = { 0 }; DWORD n;
        o.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
        if (!ConnectNamedPipe(p, &o) && GetLastError() == ERROR_IO_PENDING) GetOverlappedResult(p, &o, &n, TRUE);
        CloseHandle(o.hEvent);
        s = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(s, (struct sockaddr *)&a, sizeof a)) { closesocket(s); CloseHandle(p); continue; }
        join(p, s);
    }
}

static void name_pipe(const BYTE *packet)
{
    ULONGLONG oxid;
    memcpy(&oxid, packet + 0x20, sizeof oxid);
    swprintf(pipe_name, 100, L"\\\\.\\pipe\\lrpc\\\\pipe\\OLE_%016I64x", oxid);
}

/* ---- proxies and stubs of this program's own ---- */

HRESULT WINAPI DllGetClassObject(REFCLSID, REFIID, void **);

static void register_proxies(void)
{
    static const IID *const ids[] = { &IID_IArith, &IID_IProduct, &IID_IQuotient };
    IUnknown *factory; DWORD cookie; HRESULT hr; int i;
    /* The class of widl's factory is the first interface. */
    if ((hr = DllGetClassObject(&IID_IArith, &IID_IUnknown, (void **)&factory))) die("DllGetClassObject", hr);
    if ((hr = CoRegisterClassObject(&IID_IArith, factory, CLSCTX_INPROC_SERVER, REGCLS_MULTIPLEUSE, &cookie))) die("CoRegisterClassObject", hr);
    for (i = 0; i < 3; i++) if ((hr = CoRegisterPSClsid(ids[i], &IID_IArith))) die("CoRegisterPSClsid", hr);
}

/* ---- the object ---- */

static LONG refs = 1;
static IArith arith; static IProduct product;

static HRESULT query(REFIID iid, void **p)
{
    *p = NULL;
    if (IsEqualIID(iid, &IID_IUnknown) || IsEqualIID(iid, &IID_IArith)) *p = &arith;
    else if (IsEqualIID(iid, &IID_IProduct)) *p = &product;
    else return E_NOINTERFACE;
    InterlockedIncrement(&refs);
    return S_OK;
}
static HRESULT WINAPI a_query(IArith *i, REFIID iid, void **p) { return query(iid, p); }
static ULONG WINAPI a_addref(IArith *i) { return InterlockedIncrement(&refs); }
static ULONG WINAPI a_release(IArith *i) { return InterlockedDecrement(&refs); }
static HRESULT WINAPI a_add(IArith *i, LONG a, LONG b, LONG *sum) { *sum = a + b; return S_OK; }
static HRESULT WINAPI a_total(IArith *i, ULONG n, double v[], double *total) { *total = 0; while (n) *total += v[--n]; return S_OK; }
static HRESULT WINAPI a_fail(IArith *i, HRESULT how) { return how; }
static IArithVtbl a_vtbl = { a_query, a_addref, a_release, a_add, a_total, a_fail };

static HRESULT WINAPI p_query(IProduct *i, REFIID iid, void **p) { return query(iid, p); }
static ULONG WINAPI p_addref(IProduct *i) { return InterlockedIncrement(&refs); }
static ULONG WINAPI p_release(IProduct *i) { return InterlockedDecrement(&refs); }
static HRESULT WINAPI p_mul(IProduct *i, LONG a, LONG b, LONG *r) { *r = a * b; return S_OK; }
static IProductVtbl p_vtbl = { p_query, p_addref, p_release, p_mul };

static IArith arith = { &a_vtbl };
static IProduct product = { &p_vtbl };

static int server(void)
{
    IStream *s; HGLOBAL g; STATSTG st; BYTE *b; HRESULT hr; ULONG i; int n; char line[16];
    SOCKET l = socket(AF_INET, SOCK_STREAM, 0); struct sockaddr_in a = loopback(0);
    CreateStreamOnHGlobal(NULL, TRUE, &s);
    if ((hr = CoMarshalInterface(s, &IID_IArith, (IUnknown *)&arith, MSHCTX_DIFFERENTMACHINE, NULL, MSHLFLAGS_NORMAL))) die("CoMarshalInterface", hr);
    IStream_Stat(s, &st, STATFLAG_NONAME); GetHGlobalFromStream(s, &g); b = GlobalLock(g);
    name_pipe(b);
    n = sizeof a;
    if (bind(l, (struct sockaddr *)&a, n) || listen(l, 10) || getsockname(l, (struct sockaddr *)&a, &n)) die("listen", WSAGetLastError());
    CloseHandle(CreateThread(NULL, 0, serve_port, (void *)l, 0, NULL));
    say("port %d\npacket ", ntohs(a.sin_port));
    for (i = 0; i < st.cbSize.u.LowPart; i++) printf("%02x", b[i]);
    say("\n");
    while (fgets(line, sizeof line, stdin)) say("refs %ld\n", (long)refs);
    return 0;
}

static int client(int port, const char *hex)
{
    IStream *s; LARGE_INTEGER zero = { { 0 } }; BYTE b[1000]; unsigned x; ULONG n; HRESULT hr; LONG r = 0; double d = 0, v[3000];
    IArith *a = NULL; IProduct *p = NULL; IUnknown *u1 = NULL, *u2 = NULL, *q = NULL; struct inlet in; char line[16];
    for (n = 0; n < sizeof b && sscanf(hex + 2 * n, "%2x", &x) == 1; n++) b[n] = x;
    name_pipe(b);
    in.first = new_pipe(); in.port = port;
    CloseHandle(CreateThread(NULL, 0, serve_pipe, &in, 0, NULL));
    CreateStreamOnHGlobal(NULL, TRUE, &s); IStream_Write(s, b, n, NULL); IStream_Seek(s, zero, STREAM_SEEK_SET, NULL);
    hr = CoUnmarshalInterface(s, &IID_IArith, (void **)&a); say("CoUnmarshalInterface %08lx\n", hr);
    if (hr) return 1;
    hr = IArith_Add(a, 20, 22, &r); say("Add %08lx %ld\n", hr, r);
    for (n = 0; n < 3000; n++) v[n] = n * 0.5;
    hr = IArith_Total(a, 3000, v, &d); say("Total %08lx %.1f\n", hr, d);
    hr = IArith_Fail(a, E_ACCESSDENIED); say("Fail %08lx\n", hr);
    hr = IArith_QueryInterface(a, &IID_IProduct, (void **)&p); say("QueryInterface %08lx\n", hr);
    if (p) {
        hr = IProduct_Mul(p, 6, 7, &r); say("Mul %08lx %ld\n", hr, r);
        IArith_QueryInterface(a, &IID_IUnknown, (void **)&u1); IProduct_QueryInterface(p, &IID_IUnknown, (void **)&u2);
        say("identity %d\n", u1 && u1 == u2);
        IUnknown_Release(u1); IUnknown_Release(u2); IProduct_Release(p);
    }
    hr = IArith_QueryInterface(a, &IID_IQuotient, (void **)&q); say("QueryInterface %08lx\n", hr);
    n = IArith_Release(a); say("Release %lu\n", n);
    while (fgets(line, sizeof line, stdin)) {}
    return 0;
}

int main(int argc, char **argv)
{
    WSADATA w; HRESULT hr; int rc = 2;
    WSAStartup(0x202, &w);
    if ((hr = CoInitializeEx(NULL, COINIT_MULTITHREADED))) die("CoInitializeEx", hr);
    register_proxies();
    if (argc == 2 && !strcmp(argv[1], "server")) rc = server();
    if (argc == 4 && !strcmp(argv[1], "client")) rc = client(atoi(argv[2]), argv[3]);
    ExitProcess(rc);
}
