package main

import (
	"encoding/binary"
	"io"
	"net"
	"net/rpc"
)

// rawSize is what the raw peer moves each way for a small call: as many bytes
// as a request PDU of ICalc.Add has.
const rawSize = 80

// serveRaw answers each message of 4 bytes of length and that many bytes with
// rawSize bytes.
func serveRaw() error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go rawConn(c)
		}
	}()
	return answer(l.Addr().String())
}

func rawConn(c net.Conn) {
	defer c.Close()
	buf := make([]byte, 8*doubles+4)
	var reply [rawSize]byte
	n := 0
	for {
		m, err := c.Read(buf[n:])
		if err != nil {
			return
		}
		n += m
		if n >= 4 && n >= 4+int(binary.LittleEndian.Uint32(buf)) {
			n = 0
			if _, err := c.Write(reply[:]); err != nil {
				return
			}
		}
	}
}

func rawCallers(addr, op string, n int) ([]caller, func(), error) {
	size := rawSize - 4
	if op == "sum" {
		size = 8 * doubles
	}
	list := make([]caller, n)
	conns := make([]net.Conn, n)
	for i := range list {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			return nil, nil, err
		}
		conns[i] = c
		msg := binary.LittleEndian.AppendUint32(nil, uint32(size))
		msg = append(msg, make([]byte, size)...)
		reply := make([]byte, rawSize)
		list[i] = func() error {
			if _, err := c.Write(msg); err != nil {
				return err
			}
			_, err := io.ReadFull(c, reply)
			return err
		}
	}
	return list, func() {
		for _, c := range conns {
			c.Close()
		}
	}, nil
}

// Adder is the net/rpc service.
type Adder struct{}

// Operands are its arguments.
type Operands struct{ A, B int32 }

// Add returns the sum.
func (Adder) Add(o Operands, sum *int32) error { *sum = o.A + o.B; return nil }

func serveNetRPC() error {
	s := rpc.NewServer()
	if err := s.Register(Adder{}); err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go s.Accept(l)
	return answer(l.Addr().String())
}

func netRPCCallers(addr string, n int) ([]caller, func(), error) {
	c, err := rpc.Dial("tcp", addr)
	if err != nil {
		return nil, nil, err
	}
	list := make([]caller, n)
	for i := range list {
		list[i] = func() error {
			var sum int32
			return c.Call("Adder.Add", Operands{20, 22}, &sum)
		}
	}
	return list, func() { c.Close() }, nil
}
