//go:build !unix

package dcerpc

import (
	"errors"
	"net"
)

// rawReader does not exist on this platform: connections hold a small buffer
// while they wait.
type rawReader struct{}

func newRawReader(net.Conn) *rawReader { return nil }

func (*rawReader) read(*source, []byte) (int, error) { return 0, errors.ErrUnsupported }

func (*rawReader) hungUp() bool { return false }
