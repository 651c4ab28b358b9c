package orpc

import (
	"context"
	"encoding/binary"

	"oxid/com"
)

// maxStreamPacket bounds what ReadOBJREF takes from a stream for one
// reference: bindings need at most 128 KiB, the rest is left to contexts.
const maxStreamPacket = 1 << 20

// streamChunk is how much is asked of a stream at a time, so that a length
// which the stream cannot back allocates no more than this.
const streamChunk = 4096

// ReadOBJREF reads one object reference from stm and leaves the stream
// immediately behind it (CF-105). Of an OBJREF_CUSTOM it reads the 48-byte
// header alone: the unmarshaler of r.CLSID goes on from there, and Data is nil.
//
// A stream that ends too early fails with STG_E_READFAULT (CF-020, CF-021), a
// malformed packet with RPC_E_INVALID_OBJREF (CF-026). The result owns its memory.
func ReadOBJREF(ctx context.Context, stm com.IStream) (OBJREF, error) {
	p := packetReader{ctx: ctx, stm: stm}
	if err := p.readPacket(); err != nil {
		return OBJREF{}, err
	}
	r, _, err := ParseOBJREF(p.buf)
	if r.Flags == OBJREF_CUSTOM {
		r.Data = nil
	}
	return r, err
}

// packetReader gathers the bytes of one packet; ParseOBJREF judges them.
type packetReader struct {
	ctx context.Context
	stm com.IStream
	buf []byte
}

func (p *packetReader) readPacket() error {
	if err := p.more(OBJREFHeaderSize); err != nil {
		return err
	}
	if err := checkOBJREFHeader(p.buf); err != nil {
		return err
	}
	switch binary.LittleEndian.Uint32(p.buf[4:]) {
	case OBJREF_STANDARD:
		return p.bindings(STDOBJREFSize)
	case OBJREF_HANDLER:
		return p.bindings(STDOBJREFSize + 16)
	case OBJREF_CUSTOM:
		return p.more(OBJREFCustomSize - OBJREFHeaderSize)
	}
	return p.extended()
}

// bindings reads fixed bytes and the DUALSTRINGARRAY behind them.
func (p *packetReader) bindings(fixed int) error {
	if err := p.more(fixed + 4); err != nil {
		return err
	}
	entries := binary.LittleEndian.Uint16(p.buf[len(p.buf)-4:])
	return p.more(2 * int(entries))
}

func (p *packetReader) extended() error {
	if err := p.bindings(STDOBJREFSize + 4); err != nil {
		return err
	}
	if err := p.more(8); err != nil {
		return err
	}
	// More elements than are legal are not read: the parser refuses the count.
	count := min(binary.LittleEndian.Uint32(p.buf[len(p.buf)-8:]), maxElements)
	for range count {
		if err := p.more(24); err != nil {
			return err
		}
		rounded := binary.LittleEndian.Uint32(p.buf[len(p.buf)-4:])
		if rounded > maxStreamPacket || len(p.buf)+int(rounded) > maxStreamPacket {
			return invalidObjref("DATAELEMENT: cbRounded %d is beyond the limit of %d", rounded, maxStreamPacket)
		}
		if err := p.more(int(rounded)); err != nil {
			return err
		}
	}
	return nil
}

// more reads exactly n further bytes.
func (p *packetReader) more(n int) error {
	for n > 0 {
		chunk := min(n, streamChunk)
		start := len(p.buf)
		p.buf = append(p.buf, make([]byte, chunk)...)
		if err := com.ReadFull(p.ctx, p.stm, p.buf[start:]); err != nil {
			return err
		}
		n -= chunk
	}
	return nil
}
