package dcerpc

import (
	"bytes"
	"encoding/binary"
)

// vtSignature begins a verification trailer ([MS-RPCE] 2.2.2.13).
var vtSignature = [8]byte{0x8a, 0xe3, 0x13, 0x71, 0x02, 0xf4, 0x36, 0x71}

// Commands of a verification trailer ([MS-RPCE] 2.2.2.13.1 to .4).
const (
	vtBitmask1 = 1
	vtPContext = 2
	vtHeader2  = 3

	vtCommandMask  = 0x3fff
	vtEnd          = 0x4000
	vtMustProcess  = 0x8000
	vtMaxSize      = 256 // three commands take 84 bytes; unknown ones some more
	vtHeaderSign   = 1   // bit of bitmask1
	vtPContextSize = 40
	vtHeader2Size  = 16
)

// vtCommand is one command.
type vtCommand struct {
	id   uint16 // without END
	data []byte
}

// findTrailer finds the verification trailer that ends stub: at is where it
// starts, -1 when there is none. A signature whose commands do not end exactly
// with the stub data is data of the call.
func findTrailer(stub []byte) (at int, commands []vtCommand) {
	// From the end, in steps of 4: the stub data of a request starts at a
	// multiple of 4 of the PDU.
	for at = (len(stub) - len(vtSignature)) &^ 3; at >= 0 && len(stub)-at <= vtMaxSize; at -= 4 {
		if bytes.Equal(stub[at:at+len(vtSignature)], vtSignature[:]) {
			if cmds, ok := parseTrailer(stub[at+len(vtSignature):]); ok {
				return at, cmds
			}
		}
	}
	return -1, nil
}

// parseTrailer decodes commands up to END, which must be the end of b.
func parseTrailer(b []byte) (cmds []vtCommand, ok bool) {
	for {
		if len(b) < 4 {
			return nil, false
		}
		// Little-endian, whatever the representation of the PDU.
		cmd, n := binary.LittleEndian.Uint16(b), int(binary.LittleEndian.Uint16(b[2:]))
		if n%4 != 0 || len(b)-4 < n {
			return nil, false
		}
		cmds = append(cmds, vtCommand{cmd &^ vtEnd, b[4 : 4+n]})
		b = b[4+n:]
		if cmd&vtEnd != 0 {
			return cmds, len(b) == 0
		}
	}
}
