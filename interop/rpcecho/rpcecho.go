package rpcecho

import (
	"context"

	"oxid/com"
	"oxid/dcerpc"
)

// RpcechoSyntax is the abstract syntax of rpcecho.
var RpcechoSyntax = dcerpc.SyntaxID{UUID: com.MustGUID("60a15ec5-4de8-11d7-a637-005056a20182"), Major: 1}

// Operations of rpcecho.
const (
	opAddOne uint16 = iota
	opEchoData
	opSinkData
	opSourceData
	opTestCall
	opTestCall2
	opTestSleep
	opTestEnum
	opTestSurrounding
	opTestDoublePointer
	numOps
)

// Rpcecho: Echoes what it is sent. Errors of methods travel as faults.
type Rpcecho interface {
	// AddOne returns in_data + 1.
	AddOne(ctx context.Context, inData uint32) (outData uint32, err error)
	// EchoData returns its bytes.
	EchoData(ctx context.Context, inData []byte) (outData []byte, err error)
	// SinkData swallows its bytes.
	SinkData(ctx context.Context, data []byte) error
	// SourceData makes bytes that count up from 0.
	SourceData(ctx context.Context, length uint32) (data []byte, err error)
	// TestCall returns a copy of s1.
	TestCall(ctx context.Context, s1 string) (s2 *string, err error)
	// TestCall2 returns a union of the level that is asked for.
	TestCall2(ctx context.Context, level uint16) (info EchoInfo, status uint32, err error)
	// TestSleep sleeps and returns for how long.
	TestSleep(ctx context.Context, seconds uint32) (slept uint32, err error)
	// TestEnum returns what it is given.
	TestEnum(ctx context.Context, foo1 EchoEnum1, foo2 EchoEnum2, foo3 EchoEnum3) (out1 EchoEnum1, out2 EchoEnum2, out3 EchoEnum3, err error)
	// TestSurrounding returns twice as many elements, all zero.
	TestSurrounding(ctx context.Context, data EchoSurrounding) (out EchoSurrounding, err error)
	// TestDoublePointer returns what data leads to, 0 where it ends early.
	TestDoublePointer(ctx context.Context, data **uint16) (value uint16, err error)
}
