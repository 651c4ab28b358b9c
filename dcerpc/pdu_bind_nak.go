package dcerpc

import (
	"encoding/binary"
	"fmt"

	"oxid/com"
)

// nakReason is the reason of a bind_nak ([C706] 12.6.3.1, [MS-RPCE] 2.2.2.5).
type nakReason uint16

// Reasons that servers give.
const (
	nakNotSpecified    nakReason = 0
	nakCongestion      nakReason = 1
	nakLocalLimit      nakReason = 2
	nakProtocolVersion nakReason = 4
	nakAuthType        nakReason = 8
	nakChecksum        nakReason = 9 // the security package failed
)

// appendBindNak appends a whole bind_nak ([C706] 12.6.4.5): one supported
// protocol version, and padding to 24 bytes as Windows sends it.
func appendBindNak(b []byte, callID uint32, reason nakReason) []byte {
	start := len(b)
	b = beginPDU(b, ptBindNak, pfcWhole, callID)
	b = binary.LittleEndian.AppendUint16(b, uint16(reason))
	b = append(b, 1, 5, 0, 0, 0, 0)
	return endPDU(b, start, 0)
}

// parseBindNak returns the reason; the protocol versions and any extended
// error information after it are of no use to a client.
func parseBindNak(h *header, pdu []byte) (nakReason, error) {
	if len(pdu) < headerSize+2 {
		return 0, errShort
	}
	return nakReason(h.u16(pdu[headerSize:])), nil
}

// nakError is the refusal of a bind by the server.
type nakError struct{ reason nakReason }

// Error names the reason.
func (e *nakError) Error() string {
	name := "no reason given"
	switch e.reason {
	case nakCongestion:
		name = "temporary congestion"
	case nakLocalLimit:
		name = "local limit exceeded"
	case nakProtocolVersion:
		name = "protocol version not supported"
	case nakAuthType:
		name = "authentication type not recognized"
	case nakChecksum:
		name = "the security package refused"
	}
	return fmt.Sprintf("the server refused the bind: %s (reason %d)", name, uint16(e.reason))
}

// hresult returns what a COM client reports.
func (e *nakError) hresult() com.HRESULT {
	switch e.reason {
	case nakCongestion, nakLocalLimit:
		return com.RPC_S_SERVER_TOO_BUSY
	case nakProtocolVersion:
		return com.RPC_S_PROTOCOL_ERROR
	case nakAuthType:
		return com.RPC_S_UNKNOWN_AUTHN_SERVICE
	case nakChecksum:
		return com.RPC_S_SEC_PKG_ERROR
	}
	return com.RPC_S_CALL_FAILED_DNE
}
