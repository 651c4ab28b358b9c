package wine

import (
	"encoding/binary"
	"encoding/hex"
	"net"
	"testing"

	"oxid/com"
	"oxid/marshal"
	"oxid/orpc"
)

// Objects of Wine speak a dialect of the object protocol. What differs, and
// who puts it right:
//
//	transfer syntax        all zeros instead of NDR 2.0              relay
//	more interfaces        each on a connection of its own           relay.split
//	IPID of IRemUnknown    ff..ff and the OXID, not asked for        relay, wineExporter
//	version                5.3, higher ones are faults               wineExporter
//	OXID resolver, pings   none: packets have no bindings            winePacket, wineExporter
//
// Interface pointers as parameters, and extents, are not what the standard says
// either; the tests use none.

// ndr20 is the transfer syntax of NDR 2.0 on the wire.
var ndr20 = []byte{0x04, 0x5d, 0x88, 0x8a, 0xeb, 0x1c, 0xc9, 0x11, 0x9f, 0xe8, 0x08, 0x00, 0x2b, 0x10, 0x48, 0x60, 2, 0, 0, 0}

// noSyntax is what Wine's combase says instead.
var noSyntax = make([]byte, len(ndr20))

// bindSyntax is where a bind has the transfer syntax of its first element.
const bindSyntax = 52

// remUnknownOf is the IPID that Wine calls an exporter's Remote Unknown by.
func remUnknownOf(oxid orpc.OXID) com.IPID {
	id := com.IPID{Data1: 0xffffffff, Data2: 0xffff, Data3: 0xffff}
	binary.LittleEndian.PutUint64(id.Data4[:], uint64(oxid))
	return id
}

// toWine relays to an exporter of Wine.
func toWine(dial func() (net.Conn, error)) *relay {
	return &relay{
		dial: dial, split: true,
		bind: func(pdu []byte) { replace(pdu[bindSyntax:], ndr20, noSyntax) },
		ack: func(pdu []byte) {
			if pdu[2] != pduBindAck || len(pdu) < 28 {
				return
			}
			// Results follow the secondary address: a count, then 24 bytes each.
			at := (26+int(binary.LittleEndian.Uint16(pdu[24:]))+3)&^3 + 4
			if at+24 <= len(pdu) && binary.LittleEndian.Uint16(pdu[at:]) == 0 {
				copy(pdu[at+4:], ndr20)
			}
		},
	}
}

// fromWine relays clients of Wine to the exporter e.
func fromWine(e *marshal.Exporter, dial func() (net.Conn, error)) *relay {
	info := e.Info()
	theirs := remUnknownOf(info.OXID).AppendBytes(nil)
	ours := info.RemUnknown.AppendBytes(nil)
	return &relay{
		dial: dial, pause: clientPause,
		bind: func(pdu []byte) {
			if len(pdu) >= bindSyntax+len(ndr20) {
				copy(pdu[bindSyntax:], ndr20)
			}
		},
		request: func(pdu []byte) {
			if pdu[3]&flagObject != 0 && len(pdu) >= 40 {
				replace(pdu[24:40], theirs, ours)
			}
		},
	}
}

// winePacket makes of a packet one that Wine reads: without bindings.
func winePacket(t *testing.T, packet []byte) string {
	t.Helper()
	r, _, err := orpc.ParseOBJREF(packet)
	if err != nil {
		t.Fatal(err)
	}
	r.ResAddr = nil
	return hex.EncodeToString(r.Append(nil))
}

// wineExporter is what no resolver says of Wine's exporter at a port.
func wineExporter(oxid orpc.OXID, port string) *marshal.ExporterInfo {
	return &marshal.ExporterInfo{
		OXID:       oxid,
		Bindings:   orpc.DUALSTRINGARRAY{StringBindings: []orpc.StringBinding{orpc.NewStringBinding(orpc.TOWER_NCACN_IP_TCP, "127.0.0.1", port)}},
		RemUnknown: remUnknownOf(oxid),
		Version:    orpc.COMVERSION{Major: 5, Minor: 3},
	}
}
