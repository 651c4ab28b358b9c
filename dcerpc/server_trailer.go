package dcerpc

import (
	"encoding/binary"
	"errors"
)

var errTrailer = errors.New("dcerpc: verification trailer does not match the request")

// checkTrailer compares the verification trailer of a request, if it has one,
// with what the PDU headers say, and takes it off the stub data. It protects
// what the signature does not cover when header signing is off ([MS-RPCE]
// 3.3.1.5.2.3).
func (c *ServerConn) checkTrailer(s *ServerCall) error {
	at, cmds := findTrailer(s.Stub)
	if at < 0 {
		return nil
	}
	p := c.ctxs.get(s.context) // it exists: the request was accepted
	for _, cmd := range cmds {
		le := binary.LittleEndian
		switch cmd.id & vtCommandMask {
		case vtBitmask1:
			if len(cmd.data) != 4 || le.Uint32(cmd.data)&vtHeaderSign != 0 && !c.hdrSign {
				// The client can sign headers, yet its bind did not say so here.
				return errTrailer
			}
		case vtPContext:
			// Abstract and transfer syntax as the client believes to have agreed.
			if len(cmd.data) != vtPContextSize || parseSyntax(cmd.data, le) != p.abstract || parseSyntax(cmd.data[syntaxSize:], le) != p.transfer {
				return errTrailer
			}
		case vtHeader2:
			// The header of the request's first fragment, apart from its lengths.
			d := cmd.data
			if len(d) != vtHeader2Size || ptype(d[0]) != ptRequest || le.Uint32(d[4:]) != s.DataRep ||
				le.Uint32(d[8:]) != s.id || le.Uint16(d[12:]) != s.context || le.Uint16(d[14:]) != s.Opnum {
				return errTrailer
			}
		default:
			// From a future version: the client says whether it matters.
			if cmd.id&vtMustProcess != 0 {
				return errTrailer
			}
		}
	}
	s.Stub = s.Stub[:at]
	return nil
}
