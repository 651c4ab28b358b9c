package wine

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
	"time"
)

// relay stands between a standard client or server and Wine's RPC runtime, and
// translates between the standard and what Wine makes of it. A process that is
// not reached through one knows nothing of Wine's dialect. It carries one call
// at a time, whatever its client sends ahead.
//
// What it always puts right: Wine's server gives every response the call id 1.
// Cancels and orphans, which end a connection to Wine's server, it keeps back.
type relay struct {
	dial func() (net.Conn, error)
	// bind, ack and request change PDUs on their way; nil leaves them alone.
	bind, ack, request func(pdu []byte)
	// split gives each presentation context a connection of its own: Wine's
	// server closes one that it gets an alter_context on.
	split bool
	// pause is how long a response waits. Wine's client loses one of a thousand
	// that come before it waits for them.
	pause time.Duration

	ln net.Listener
	wg sync.WaitGroup
	mu sync.Mutex
	// conns are the connections, both ways; nil after the end.
	conns map[net.Conn]bool
}

// clientPause is the pause for a client under Wine.
const clientPause = 2 * time.Millisecond

// PDU types ([C706] 12.6.4).
const (
	pduRequest, pduResponse, pduFault          = 0, 2, 3
	pduBind, pduBindAck, pduAlter, pduAlterAck = 11, 12, 14, 15
	pduCancel, pduOrphaned                     = 18, 19
	flagLast, flagObject                       = 0x02, 0x80
)

// start listens on a port of the system's choice, and returns it.
func (r *relay) start(t *testing.T) (port string) {
	t.Helper()
	var err error
	if r.ln, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	r.conns = map[net.Conn]bool{}
	r.wg.Go(func() {
		for {
			c, err := r.ln.Accept()
			if err != nil {
				return
			}
			r.keep(c)
			r.wg.Go(func() {
				if err := r.serve(c); err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, net.ErrClosed) {
					t.Logf("relay: %v", err)
				}
			})
		}
	})
	t.Cleanup(func() {
		r.ln.Close()
		r.mu.Lock()
		for c := range r.conns {
			c.Close()
		}
		r.conns = nil
		r.mu.Unlock()
		r.wg.Wait()
	})
	_, port, _ = net.SplitHostPort(r.ln.Addr().String())
	return port
}

// keep remembers a connection for the end.
func (r *relay) keep(c net.Conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.conns == nil {
		c.Close()
		return
	}
	r.conns[c] = true
}

// serve carries one client's PDUs.
func (r *relay) serve(client net.Conn) error {
	servers := map[uint16]net.Conn{} // by presentation context
	defer client.Close()
	defer func() {
		for _, s := range servers {
			s.Close()
		}
	}()
	for {
		pdu, err := readPDU(client)
		if err != nil {
			return err
		}
		switch pdu[2] {
		case pduBind, pduAlter:
			err = r.negotiate(client, servers, pdu)
		case pduRequest:
			s := servers[binary.LittleEndian.Uint16(pdu[20:])]
			if s == nil {
				return fmt.Errorf("a request for presentation context %d", binary.LittleEndian.Uint16(pdu[20:]))
			}
			if r.request != nil {
				r.request(pdu)
			}
			if _, err = s.Write(pdu); err == nil && pdu[3]&flagLast != 0 {
				err = r.answer(client, s, pdu)
			}
		case pduCancel, pduOrphaned:
		default:
			return fmt.Errorf("PDU type %d from the client", pdu[2])
		}
		if err != nil {
			return err
		}
	}
}

// negotiate passes a bind on, and makes one of an alter_context.
func (r *relay) negotiate(client net.Conn, servers map[uint16]net.Conn, pdu []byte) error {
	ctx := binary.LittleEndian.Uint16(pdu[28:]) // of the first element
	callID := [4]byte(pdu[12:16])
	alter := pdu[2] == pduAlter
	if alter && !r.split {
		return errors.New("an alter_context")
	}
	s, err := r.dial()
	if err != nil {
		return err
	}
	r.keep(s)
	servers[ctx] = s
	pdu[2] = pduBind
	if r.bind != nil {
		r.bind(pdu)
	}
	if _, err := s.Write(pdu); err != nil {
		return err
	}
	ack, err := readPDU(s)
	if err != nil {
		return err
	}
	if r.ack != nil {
		r.ack(ack)
	}
	if alter && ack[2] == pduBindAck {
		ack[2] = pduAlterAck
	}
	copy(ack[12:16], callID[:])
	_, err = client.Write(ack)
	return err
}

// answer passes the fragments of one response on.
func (r *relay) answer(client, s net.Conn, request []byte) error {
	for {
		pdu, err := readPDU(s)
		if err != nil {
			return err
		}
		copy(pdu[12:16], request[12:16])
		time.Sleep(r.pause)
		if _, err := client.Write(pdu); err != nil {
			return err
		}
		if pdu[2] != pduResponse || pdu[3]&flagLast != 0 {
			return nil
		}
	}
}

func readPDU(c net.Conn) ([]byte, error) {
	var h [16]byte
	if _, err := io.ReadFull(c, h[:]); err != nil {
		return nil, err
	}
	n := int(binary.LittleEndian.Uint16(h[8:]))
	if n < 28 && h[2] == pduBind || n < 24 {
		return nil, fmt.Errorf("a PDU of type %d with %d bytes", h[2], n)
	}
	pdu := append(make([]byte, 0, n), h[:]...)[:n]
	_, err := io.ReadFull(c, pdu[len(h):])
	return pdu, err
}

// replace changes every occurrence of a byte string.
func replace(pdu, from, to []byte) {
	for i := bytes.Index(pdu, from); i >= 0; i = bytes.Index(pdu, from) {
		copy(pdu[i:], to)
	}
}
