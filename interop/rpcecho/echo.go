package rpcecho

import (
	"context"
	"time"

	"oxid/com"
	"oxid/dcerpc"
)

// Bounds of what a client can ask of [Echo].
const (
	maxSource = 16 << 20 // bytes
	maxSleep  = 30       // seconds
)

// statusInvalidLevel is STATUS_INVALID_LEVEL ([MS-ERREF] 2.3.1).
const statusInvalidLevel = 0xC0000148

// Echo is the server. It has no state.
type Echo struct{}

// AddOne returns inData + 1, wrapping around.
func (Echo) AddOne(_ context.Context, inData uint32) (uint32, error) { return inData + 1, nil }

// EchoData returns inData.
func (Echo) EchoData(_ context.Context, inData []byte) ([]byte, error) { return inData, nil }

// SinkData does nothing.
func (Echo) SinkData(context.Context, []byte) error { return nil }

// SourceData returns bytes of which byte i is i modulo 256, at most 16 MiB.
func (Echo) SourceData(_ context.Context, length uint32) ([]byte, error) {
	if length > maxSource {
		return nil, com.E_OUTOFMEMORY
	}
	data := make([]byte, length)
	for i := range data {
		data[i] = byte(i)
	}
	return data, nil
}

// TestCall returns s1.
func (Echo) TestCall(_ context.Context, s1 string) (string, error) { return s1, nil }

// TestCall2 returns the arm of level with every field 10.
func (Echo) TestCall2(_ context.Context, level uint16) (status uint32, info EchoInfo, err error) {
	switch level {
	case 1:
		info = EchoInfo_Info1(EchoInfo1{10})
	case 2:
		info = EchoInfo_Info2(EchoInfo2{10})
	case 3:
		info = EchoInfo_Info3(EchoInfo3{10})
	case 4:
		info = EchoInfo_Info4(EchoInfo4{10})
	case 5:
		info = EchoInfo_Info5(EchoInfo5{10, 10})
	case 6:
		info = EchoInfo_Info6(EchoInfo6{10, EchoInfo1{10}})
	case 7:
		info = EchoInfo_Info7(EchoInfo7{10, EchoInfo4{10}})
	default:
		return statusInvalidLevel, EchoInfo_Default(level), nil
	}
	return 0, info, nil
}

// TestSleep sleeps, at most half a minute, without holding up other calls of
// the connection. The end of the call wakes it.
func (Echo) TestSleep(ctx context.Context, seconds uint32) (uint32, error) {
	if seconds > maxSleep {
		return 0, com.E_INVALIDARG
	}
	if c := dcerpc.CallFromContext(ctx); c != nil {
		c.HandOver()
	}
	t := time.NewTimer(time.Duration(seconds) * time.Second)
	defer t.Stop()
	select {
	case <-t.C:
		return seconds, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// TestEnum returns its arguments.
func (Echo) TestEnum(_ context.Context, foo1 EchoEnum1, foo2 EchoEnum2, foo3 EchoEnum3) (EchoEnum1, EchoEnum2, EchoEnum3, error) {
	return foo1, foo2, foo3, nil
}

// TestSurrounding returns twice as many zeros as it was given elements.
func (Echo) TestSurrounding(_ context.Context, data EchoSurrounding) (EchoSurrounding, error) {
	n := 2 * len(data.Surrounding)
	return EchoSurrounding{X: uint32(n), Surrounding: make([]uint16, n)}, nil
}

// TestDoublePointer follows data.
func (Echo) TestDoublePointer(_ context.Context, data **uint16) (uint16, error) {
	if data == nil || *data == nil {
		return 0, nil
	}
	return **data, nil
}
