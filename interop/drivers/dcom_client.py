#!/usr/bin/python3
"""A DCOM client that others wrote, asking a server 25 things.

    dcom_client.py [--host 127.0.0.1] [--port 135]

What is on the wire is impacket's (python3-impacket 0.10 or later): PDUs, NDR,
activation properties. What is asked, and what has to come back, is here. The
server needs the class Calculator of samples/calc.

Each check prints one line of JSON: {"name", "ok", "detail"}. The exit code is
0 when every check has passed.
"""
import argparse
import json
import re
import struct
import sys
import uuid

from impacket.dcerpc.v5 import dcomrt, transport
from impacket.dcerpc.v5.dtypes import NULL
from impacket.dcerpc.v5.rpcrt import DCERPCException, RPC_C_AUTHN_LEVEL_NONE
from impacket.uuid import uuidtup_to_bin

CALCULATOR = uuid.UUID("743dd743-ce36-4d71-9853-e5dc74dd860b")
ICALC = uuid.UUID("3aac5dec-4f35-44a1-a4fc-304b0051a4f6")
ICLASSFACTORY = uuid.UUID("00000001-0000-0000-c000-000000000046")
IUNKNOWN = uuid.UUID("00000000-0000-0000-c000-000000000046")
IREMUNKNOWN = uuid.UUID("00000131-0000-0000-c000-000000000046")
NOBODY = uuid.UUID("6e6f626f-6479-4f6e-8561-727468000000")  # neither class nor interface

OPNUM_ADD = 3
TCP = 7                       # tower identifier of ncacn_ip_tcp
CLSCTX_REMOTE_SERVER = 0x10
IMP_LEVEL_IDENTIFY = 2
MODE_GET_CLASS_OBJECT = 0xFFFFFFFF
E_NOINTERFACE = 0x80004002
OR_INVALID_OXID = 1910


def expect(condition, otherwise):
    if not condition:
        raise AssertionError(otherwise)


def unsigned(value):
    """A result code, however the library has wrapped it."""
    return (value["Data"] if hasattr(value, "fields") else value) & 0xFFFFFFFF


def presented(iid):
    return uuidtup_to_bin((str(iid), "0.0"))


# ------------------------------------------------------------ what comes back
class Bindings:
    """A DUALSTRINGARRAY: where somebody listens."""

    def __init__(self, array):
        units, split = list(array["aStringArray"]), array["wSecurityOffset"]
        expect(len(units) == array["wNumEntries"], "wNumEntries is not the number of units")
        expect(0 < split <= len(units) and units[split - 1] == 0 and units[-1] == 0, "a part has no terminator")
        self.strings = self._entries(units[:split], 1)
        self.securities = self._entries(units[split:], 2)

    @staticmethod
    def _entries(units, fixed):
        found, units = [], iter(units)
        for first in units:
            if first == 0:
                break
            head = [first] + [next(units) for _ in range(fixed - 1)]
            text = []
            for unit in units:
                if unit == 0:
                    break
                text.append(chr(unit))
            found.append((*head, "".join(text)))
        return found

    def port(self):
        for tower, address in self.strings:
            match = re.fullmatch(r".+\[(\d+)\]", address)
            if tower == TCP and match:
                return int(match[1])
        raise AssertionError("no ncacn_ip_tcp binding with a port in %r" % self.strings)


class Reference:
    """The standard form of an OBJREF."""

    def __init__(self, data):
        signature, form, iid = struct.unpack_from("<4sI16s", data)
        expect(signature == b"MEOW", "an OBJREF without its signature")
        expect(form == 1, "an OBJREF of form %d" % form)
        self.iid = uuid.UUID(bytes_le=iid)
        self.flags, self.refs, self.oxid, self.oid, self.ipid = struct.unpack_from("<IIQQ16s", data, 24)


class Activated:
    """The outcome of an activation, whichever call made it."""

    def __init__(self, oxid, rem_unknown, bindings, results, packets):
        self.oxid, self.rem_unknown = oxid, bytes(rem_unknown)
        self.bindings = Bindings(bindings)
        self.results = [unsigned(r) for r in results]
        self.refs = [Reference(p) if p else None for p in packets]

    def complete(self, iids):
        expect(self.results == [0] * len(iids), "results %s" % [hex(r) for r in self.results])
        for iid, ref in zip(iids, self.refs):
            expect(ref is not None, "no reference for %s" % iid)
            expect(ref.iid == iid, "a reference for %s where %s was asked for" % (ref.iid, iid))
            expect(ref.oxid == self.oxid, "the reference is of another exporter")
            expect(ref.refs > 0, "a reference without references")
        expect(len({ref.oid for ref in self.refs}) == 1, "one object with several identities")
        return "port %d" % self.bindings.port()


def packets(pointers, count):
    for i in range(count):
        try:
            yield b"".join(pointers[i]["abData"])
        except (KeyError, TypeError, IndexError):
            yield b""  # a NULL pointer


# ------------------------------------------------------------------- requests
class Client:
    def __init__(self, host, port):
        self.host, self.port = host, port

    def connect(self, port, iid):
        binding = transport.DCERPCTransportFactory("ncacn_ip_tcp:%s[%d]" % (self.host, port))
        binding.set_connect_timeout(10)
        rpc = binding.get_dce_rpc()
        rpc.set_auth_level(RPC_C_AUTHN_LEVEL_NONE)
        rpc.connect()
        rpc.bind(iid)
        return rpc

    def ask(self, iid, request):
        """One call of an interface of the well-known port."""
        rpc = self.connect(self.port, iid)
        try:
            return rpc.request(request)
        finally:
            rpc.disconnect()

    def resolver(self, request):
        return self.ask(dcomrt.IID_IObjectExporter, request)

    def activate_properties(self, iids, clsid=CALCULATOR, class_object=False):
        """RemoteCreateInstance or RemoteGetClassObject of IRemoteSCMActivator."""
        what = dcomrt.InstantiationInfoData()
        what["classId"] = clsid.bytes_le
        what["classCtx"] = CLSCTX_REMOTE_SERVER
        what["cIID"] = len(iids)
        for iid in iids:
            item = dcomrt.IID()
            item["Data"] = iid.bytes_le
            what["pIID"].append(item)
        what["clientCOMVersion"]["MajorVersion"], what["clientCOMVersion"]["MinorVersion"] = 5, 7

        context = dcomrt.ActivationContextInfoData()
        context["pIFDClientCtx"] = context["pIFDPrototypeCtx"] = NULL

        where = dcomrt.LocationInfoData()
        where["machineName"] = NULL

        how = dcomrt.ScmRequestInfoData()
        how["pdwReserved"] = NULL
        how["remoteRequest"]["ClientImpLevel"] = IMP_LEVEL_IDENTIFY
        how["remoteRequest"]["cRequestedProtseqs"] = 1
        how["remoteRequest"]["pRequestedProtseqs"].append(TCP)

        blob = dcomrt.ACTIVATION_BLOB()
        blob["CustomHeader"]["destCtx"] = 2
        blob["CustomHeader"]["pdwReserved"] = NULL
        body = b""
        for kind, prop in ((dcomrt.CLSID_InstantiationInfo, what), (dcomrt.CLSID_ActivationContextInfo, context),
                           (dcomrt.CLSID_ServerLocationInfo, where), (dcomrt.CLSID_ScmRequestInfo, how)):
            data = prop.getData() + prop.getDataReferents()
            data += bytes(-len(data) % 8)
            name, size = dcomrt.CLSID(), dcomrt.DWORD()
            name["Data"], size["Data"] = kind, len(data)
            blob["CustomHeader"]["pclsid"].append(name)
            blob["CustomHeader"]["pSizes"].append(size)
            body += data
        blob["Property"] = body

        custom = dcomrt.OBJREF_CUSTOM()
        custom["iid"] = dcomrt.IID_IActivationPropertiesIn[:16]
        custom["clsid"] = dcomrt.CLSID_ActivationPropertiesIn
        custom["pObjectData"] = blob.getData()
        custom["ObjectReferenceSize"] = len(custom["pObjectData"]) + 8
        packet = custom.getData()

        if class_object:
            request = dcomrt.RemoteGetClassObject()
        else:
            request = dcomrt.RemoteCreateInstance()
            request["pUnkOuter"] = NULL
        request["ORPCthis"] = orpc_this_structure()
        request["pActProperties"]["ulCntData"] = len(packet)
        request["pActProperties"]["abData"] = list(packet)
        reply = self.ask(dcomrt.IID_IRemoteSCMActivator, request)

        custom = dcomrt.OBJREF_CUSTOM(b"".join(reply["ppActProperties"]["abData"]))
        expect(bytes(custom["clsid"]) == dcomrt.CLSID_ActivationPropertiesOut, "other properties than those of a reply")
        blob = dcomrt.ACTIVATION_BLOB(custom["pObjectData"])
        found, at = {}, 0
        for name, size in zip(blob["CustomHeader"]["pclsid"], blob["CustomHeader"]["pSizes"]):
            found[bytes(name["Data"])] = blob["Property"][at:at + size["Data"]]
            at += size["Data"]

        def property_of(kind, structure):
            data = found[kind]
            structure.fromStringReferents(data[structure.fromString(data):])
            return structure
        exporter = property_of(dcomrt.CLSID_ScmReplyInfo, dcomrt.ScmReplyInfoData())["remoteReply"]
        objects = property_of(dcomrt.CLSID_PropsOutInfo, dcomrt.PropsOutInfo())
        expect(objects["cIfs"] == len(iids), "%d interfaces for %d" % (objects["cIfs"], len(iids)))
        return Activated(exporter["Oxid"], exporter["ipidRemUnknown"], exporter["pdsaOxidBindings"],
                         objects["phresults"], packets(objects["ppIntfData"], len(iids)))

    def activate_legacy(self, iids, clsid=CALCULATOR, class_object=False):
        """RemoteActivation of IRemoteActivation."""
        request = dcomrt.RemoteActivation()
        request["ORPCthis"] = orpc_this_structure()
        request["Clsid"] = clsid.bytes_le
        request["pwszObjectName"] = request["pObjectStorage"] = NULL
        request["ClientImpLevel"] = IMP_LEVEL_IDENTIFY
        request["Mode"] = MODE_GET_CLASS_OBJECT if class_object else 0
        request["Interfaces"] = len(iids)
        for iid in iids:
            item = dcomrt.IID()
            item["Data"] = iid.bytes_le
            request["pIIDs"].append(item)
        request["cRequestedProtseqs"] = 1
        request["aRequestedProtseqs"].append(TCP)
        reply = self.ask(dcomrt.IID_IActivation, request)
        hr = unsigned(reply["phr"])
        if hr:
            raise Refused(hr)
        return Activated(reply["pOxid"], reply["pipidRemUnknown"], reply["ppdsaOxidBindings"],
                         reply["pResults"], packets(reply["ppInterfaceData"], len(iids)))


class Refused(Exception):
    """An activation that was answered, with a failure."""

    def __init__(self, hr):
        super().__init__("0x%08x" % hr)


def orpc_this_structure():
    this = dcomrt.ORPCTHIS()
    this["cid"] = uuid.uuid4().bytes_le
    this["extensions"] = NULL
    this["flags"] = 0
    return this


class Exporter:
    """A connection to the process of an object."""

    def __init__(self, client, port, iid):
        self.first = client.connect(port, presented(iid))
        self.contexts = {iid: self.first}

    def call(self, iid, ipid, opnum, arguments=b""):
        """Calls a method and returns what follows its ORPCTHAT."""
        if iid not in self.contexts:
            self.contexts[iid] = self.first.alter_ctx(presented(iid))
        rpc = self.contexts[iid]
        rpc.call(opnum, struct.pack("<HHII16sI", 5, 7, 0, 0, uuid.uuid4().bytes_le, 0) + arguments, ipid)
        reply = rpc.recv()
        expect(reply[:8] == bytes(8), "flags or extensions in ORPCTHAT")
        return reply[8:]

    def query_interface(self, rem_unknown, ipid, iids):
        arguments = ipid + struct.pack("<IHxxI", 1, len(iids), len(iids)) + b"".join(i.bytes_le for i in iids)
        reply = self.call(IREMUNKNOWN, rem_unknown, 3, arguments)
        expect(reply[:4] != bytes(4), "no results, 0x%08x" % struct.unpack_from("<I", reply, 4))
        count, = struct.unpack_from("<I", reply, 4)
        # REMQIRESULT: result, alignment, STDOBJREF
        rows = [struct.unpack_from("<IxxxxIIQQ16s", reply, 8 + 48 * i) for i in range(count)]
        hr, = struct.unpack_from("<I", reply, 8 + 48 * count)
        return rows, hr

    def add_ref(self, rem_unknown, ipid):
        reply = self.call(IREMUNKNOWN, rem_unknown, 4, struct.pack("<HxxI16sII", 1, 1, ipid, 1, 0))
        return struct.unpack("<III", reply)  # number of results, the one, the call's own

    def release(self, rem_unknown, ipid, refs):
        return struct.unpack("<I", self.call(IREMUNKNOWN, rem_unknown, 5, struct.pack("<HxxI16sII", 1, 1, ipid, refs, 0)))[0]


# --------------------------------------------------------------------- checks
class Suite:
    """The checks, in order: later ones use what earlier ones got."""

    def __init__(self, client):
        self.client = client
        self.activated = self.exporter = None

    def run(self):
        failed = 0
        for name, check in self.checks():
            try:
                ok, detail = True, check() or ""
            except Exception as e:  # whatever goes wrong is the verdict
                ok, detail = False, "%s: %s" % (type(e).__name__, e)
            failed += not ok
            print(json.dumps({"name": name, "ok": ok, "detail": str(detail)}), flush=True)
        return failed

    def checks(self):
        yield "ServerAlive", lambda: self.client.resolver(dcomrt.ServerAlive()) and ""
        yield "ServerAlive2", self.server_alive2
        properties, legacy = self.client.activate_properties, self.client.activate_legacy
        yield "RemoteCreateInstance of one interface", lambda: self.activate(properties, [ICALC])
        yield "RemoteCreateInstance of two interfaces", lambda: self.activate(properties, [ICALC, IUNKNOWN])
        yield "RemoteActivation of one interface", lambda: self.activate(legacy, [ICALC])
        yield "RemoteActivation of two interfaces", lambda: self.activate(legacy, [ICALC, IUNKNOWN])
        yield "RemoteGetClassObject", lambda: self.activate(properties, [ICLASSFACTORY], class_object=True)
        yield "RemoteActivation of a class object", lambda: self.activate(legacy, [ICLASSFACTORY], class_object=True)
        yield "RemoteCreateInstance of an unknown class", lambda: self.unknown_class(properties)
        yield "RemoteActivation of an unknown class", lambda: self.unknown_class(legacy)
        yield "RemoteCreateInstance of a known and an unknown interface", self.mixed_interfaces
        yield "ResolveOxid", lambda: self.resolve(dcomrt.ResolveOxid())
        yield "ResolveOxid2", lambda: self.resolve(dcomrt.ResolveOxid2())
        yield "ResolveOxid2 of an unknown exporter", self.unknown_exporter
        yield "ComplexPing and SimplePing", self.ping
        yield "bind at the exporter", self.bind
        yield "RemQueryInterface", self.query_interface
        yield "RemQueryInterface of a known and an unknown interface", self.query_mixed
        yield "RemAddRef", self.add_ref
        yield "RemRelease of that one", lambda: self.release(1)
        yield "Add", self.add
        yield "Add once more", self.add
        yield "a call of an unknown IPID", self.unknown_ipid
        yield "a call of an unknown method", self.unknown_method
        yield "RemRelease of everything", lambda: self.release(self.ref().refs)

    def ref(self):
        expect(self.activated, "nothing has been activated")
        return self.activated.refs[0]

    def server_alive2(self):
        reply = self.client.resolver(dcomrt.ServerAlive2())
        expect(reply["pComVersion"]["MajorVersion"] == 5, "COM version %d" % reply["pComVersion"]["MajorVersion"])
        bindings = Bindings(reply["ppdsaOrBindings"])
        expect(any(tower == TCP for tower, _ in bindings.strings), "no ncacn_ip_tcp binding in %r" % bindings.strings)
        return "%r" % bindings.strings

    def activate(self, api, iids, **options):
        got = api(iids, **options)
        detail = got.complete(iids)
        if self.activated is None:
            self.activated = got
        return detail

    def unknown_class(self, api):
        try:
            api([ICALC], clsid=NOBODY)
        except (Refused, DCERPCException) as e:
            return e
        raise AssertionError("it was activated")

    def mixed_interfaces(self):
        got = self.client.activate_properties([ICALC, NOBODY])
        expect(got.results[0] == 0 and got.refs[0], "the known one: 0x%08x" % got.results[0])
        expect(got.results[1] == E_NOINTERFACE and not got.refs[1], "the unknown one: 0x%08x" % got.results[1])

    def resolve(self, request):
        request["pOxid"] = self.ref().oxid
        request["cRequestedProtseqs"] = 1
        request["arRequestedProtseqs"].append(TCP)
        reply = self.client.resolver(request)
        expect(bytes(reply["pipidRemUnknown"]) == self.activated.rem_unknown, "another IPID of IRemUnknown")
        bindings = Bindings(reply["ppdsaOxidBindings"])
        expect(set(bindings.strings) & set(self.activated.bindings.strings), "other bindings: %r" % bindings.strings)

    def unknown_exporter(self):
        request = dcomrt.ResolveOxid2()
        request["pOxid"] = self.ref().oxid ^ 0x5555555555555555
        request["cRequestedProtseqs"] = 1
        request["arRequestedProtseqs"].append(TCP)
        try:
            self.client.resolver(request)
        except DCERPCException as e:
            code = e.get_error_code()
            expect(code is None or code & 0xFFFF == OR_INVALID_OXID, "error %s" % code)
            return e
        raise AssertionError("it was resolved")

    def ping(self):
        request = dcomrt.ComplexPing()
        request["pSetId"] = request["SequenceNum"] = request["cDelFromSet"] = 0
        request["cAddToSet"] = 1
        oid = dcomrt.OID()
        oid["Data"] = self.ref().oid
        request["AddToSet"].append(oid)
        request["DelFromSet"] = NULL
        made = self.client.resolver(request)["pSetId"]
        expect(made != 0, "no set was made")
        again = dcomrt.SimplePing()
        again["pSetId"] = made
        self.client.resolver(again)

    def bind(self):
        self.exporter = Exporter(self.client, self.activated.bindings.port(), self.ref().iid)

    def query_interface(self):
        rows, hr = self.exporter.query_interface(self.activated.rem_unknown, self.ref().ipid, [IUNKNOWN])
        expect(hr == 0 and len(rows) == 1 and rows[0][0] == 0, "0x%08x, %r" % (hr, rows))
        expect(rows[0][3:5] == (self.ref().oxid, self.ref().oid), "another object")

    def query_mixed(self):
        rows, _ = self.exporter.query_interface(self.activated.rem_unknown, self.ref().ipid, [ICALC, NOBODY])
        expect([row[0] for row in rows] == [0, E_NOINTERFACE], "results %s" % [hex(row[0]) for row in rows])

    def add_ref(self):
        got = self.exporter.add_ref(self.activated.rem_unknown, self.ref().ipid)
        expect(got == (1, 0, 0), "%r" % (got,))

    def release(self, refs):
        hr = self.exporter.release(self.activated.rem_unknown, self.ref().ipid, refs)
        expect(hr == 0, "0x%08x" % hr)

    def add(self):
        reply = self.exporter.call(ICALC, self.ref().ipid, OPNUM_ADD, struct.pack("<ii", 2, 40))
        expect(struct.unpack("<iI", reply) == (42, 0), reply.hex())

    def unknown_ipid(self):
        return self.faults(uuid.uuid4().bytes_le, OPNUM_ADD, struct.pack("<ii", 2, 40))

    def unknown_method(self):
        return self.faults(self.ref().ipid, 4999)

    def faults(self, ipid, opnum, arguments=b""):
        try:
            self.exporter.call(ICALC, ipid, opnum, arguments)
        except DCERPCException as e:
            return e
        raise AssertionError("the call was answered")


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--host", default="127.0.0.1")
    options.add_argument("--port", type=int, default=135)
    options = options.parse_args()
    return 1 if Suite(Client(options.host, options.port)).run() else 0


if __name__ == "__main__":
    sys.exit(main())
