package dcerpc

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"
)

func TestPipe(t *testing.T) {
	bubble(t, func(t *testing.T) {
		a, b := Pipe()
		if a.LocalAddr().Network() != "pipe" || b.RemoteAddr().String() != "pipe" {
			t.Error("addresses")
		}
		// More than the pipe holds, in pieces that do not fit each other.
		in := pattern(3*pipeLimit+1, 1)
		go func() {
			for p := in; len(p) > 0; {
				n := min(len(p), 1+len(p)/7)
				if _, err := a.Write(p[:n]); err != nil {
					t.Error(err)
				}
				p = p[n:]
			}
			a.(*pipeConn).CloseWrite()
		}()
		out, err := io.ReadAll(b)
		if err != nil || !bytes.Equal(in, out) {
			t.Errorf("%d bytes of %d, %v", len(out), len(in), err)
		}
		// The other direction is still open.
		go b.Write([]byte("x"))
		if _, err := a.Read(make([]byte, 1)); err != nil {
			t.Error(err)
		}
		b.Close()
		if _, err := a.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("Read after the peer's Close: %v", err)
		}
		if _, err := b.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
			t.Errorf("Read after Close: %v", err)
		}
		if _, err := b.Write(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
			t.Errorf("Write after Close: %v", err)
		}
		a.Close()
	})
}

func TestPipeWriteToClosed(t *testing.T) {
	bubble(t, func(t *testing.T) {
		a, b := Pipe()
		got := make(chan error, 1)
		go func() {
			_, err := a.Write(make([]byte, 2*pipeLimit))
			got <- err
		}()
		time.Sleep(time.Second)
		b.Close()
		if err := <-got; !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("Write: %v", err)
		}
		a.Close()
	})
}

func TestPipeDeadlines(t *testing.T) {
	bubble(t, func(t *testing.T) {
		a, b := Pipe()
		defer a.Close()
		defer b.Close()
		start := time.Now()
		a.SetDeadline(start.Add(time.Second))
		if _, err := a.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(start) != time.Second {
			t.Errorf("Read after %v: %v", time.Since(start), err)
		}
		if n, err := a.Write(make([]byte, 1)); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("Write: %d, %v", n, err)
		}
		a.SetWriteDeadline(time.Now().Add(time.Second))
		n, err := a.Write(make([]byte, 2*pipeLimit))
		if n != pipeLimit || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("Write of more than fits: %d, %v", n, err)
		}
		// A new deadline wakes who waits with the old one.
		a.SetReadDeadline(time.Time{})
		time.AfterFunc(time.Second, func() { a.SetReadDeadline(time.Unix(1, 0)) })
		start = time.Now()
		if _, err := a.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(start) != time.Second {
			t.Errorf("Read after %v: %v", time.Since(start), err)
		}
	})
}
